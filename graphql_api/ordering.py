"""What people do with their own jobs: cancel, delete, have one made again, change their order in the line."""

from __future__ import annotations

import asyncio

from graphql_api.context import Context
from graphql_api.refused_pictures import LOST
from i2v_core.errors import Code, OperationRefused
from i2v_core.jobs import Job, JobState, is_id
from i2v_core.media import MediaMissing, MediaStore
from i2v_core.queue import Cancelled, Enqueued, Moved, Retried
from i2v_core.seal import SealBroken


class JobUnknown(LookupError):
    """There is no such job among the viewer's."""


class AlreadyFinished(OperationRefused):
    """The job has ended, so there is nothing to cancel; `job` is how it ended."""

    def __init__(self, job: Job) -> None:
        super().__init__(
            "This job has ended already.",
            "There is nothing to cancel. Delete it if you do not want to keep it.",
            code=Code.JOB_ALREADY_FINISHED,
        )
        self.job = job


async def cancel(job_id: str, context: Context) -> Job:
    """The job, cancelled. Raises `JobUnknown`, `AlreadyFinished` or `StoreUnavailable`."""
    queue, viewer = context.services.queue, context.viewer
    outcome = await queue.cancel(job_id, viewer) if is_id("job", job_id) else Cancelled.MISSING
    job = await queue.get(job_id, viewer) if outcome is not Cancelled.MISSING else None
    if job is None:
        raise JobUnknown(job_id)
    if outcome is Cancelled.OVER:
        raise AlreadyFinished(job)
    return job


async def delete(job_id: str, context: Context) -> None:
    """Delete the job with its picture and video. Raises `JobUnknown` or `StoreUnavailable`."""
    if not is_id("job", job_id) or not await context.services.queue.delete(job_id, context.viewer):
        raise JobUnknown(job_id)
    await asyncio.to_thread(context.services.media.delete, job_id)


async def retry(job_id: str, context: Context) -> Job:
    """The job, waiting again. Raises `JobUnknown`, `OperationRefused`, `UploadRefused` (bounds) or `StoreUnavailable`."""
    services = context.services
    job = await services.queue.get(job_id, context.viewer) if is_id("job", job_id) else None
    if job is None:
        raise JobUnknown(job_id)
    outcome = Retried.NOT_OVER
    if job.state in (JobState.FAILED, JobState.CANCELLED):
        # Looked at first: who waits a whole turn for it would be told no more than now.
        if not await asyncio.to_thread(_has_picture, services.media, job_id):
            if await services.queue.get(job_id, context.viewer) is None:  # deleted at this very moment
                raise JobUnknown(job_id)
            raise OperationRefused(*LOST, code=Code.PICTURE_LOST)
        # By the bounds and in the turns of who asks, wherever it was uploaded, and counted as an upload: to cancel a job and
        # have it made again, over and over, is no way around either.
        async with services.admission.admitted(context.flow, context.viewer, is_new=False):
            outcome = await services.queue.retry(job, context.flow)
    if outcome in (Retried.FLOW_FULL, Retried.QUEUE_FULL):
        raise await services.admission.refused_at_the_end(Enqueued(outcome.value), context.flow)
    if outcome is Retried.NOT_OVER:
        raise OperationRefused(
            "This job waits, is being made or has its video: there is nothing to try again.",
            "Have another video made of its picture with makeAnother.",
            code=Code.JOB_NOT_OVER,
        )
    return await _present(job_id, context, is_there=outcome is Retried.OK)


async def move(job_id: str, before: str | None, context: Context) -> Job:
    """The job in its new place. Raises `JobUnknown`, `OperationRefused` or `StoreUnavailable`."""
    if not is_id("job", job_id) or (before is not None and not is_id("job", before)):
        raise JobUnknown(job_id)
    outcome = await context.services.queue.move(job_id, context.viewer, before)
    if outcome is Moved.NOT_WAITING:
        raise OperationRefused(
            "Only your own jobs that still wait can change places.",
            "List your jobs: one of the two has begun, ended or is gone.",
            code=Code.JOB_NOT_WAITING,
        )
    return await _present(job_id, context, is_there=outcome is Moved.OK)


def _has_picture(media: MediaStore, job_id: str) -> bool:
    try:
        media.picture(job_id)
    except (MediaMissing, SealBroken):
        return False
    except OSError:
        return True  # the disk may be well again when its turn comes
    return True


async def _present(job_id: str, context: Context, *, is_there: bool) -> Job:
    context.services.hub.line_changed()
    job = await context.services.queue.get(job_id, context.viewer) if is_there else None
    if job is None:
        raise JobUnknown(job_id)
    return job
