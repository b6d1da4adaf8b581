"""Opening a playback and giving it tickets, for videos that are whole and for those that are still being made."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from graphql_api import licence as licences
from graphql_api.context import Services
from graphql_api.protection import protect
from i2v_core.errors import Code, OperationRefused
from i2v_core.jobs import Job, JobState, is_id
from i2v_core.media import MediaMissing
from i2v_core.playbacks import INIT, Playback, Protection, playback_over
from i2v_core.progress import Deleted
from i2v_core.seal import SealBroken
from i2v_core.share_links import ShareLink, digest, link_not_found

#: More than the segments of the longest video; one call never needs more.
MAX_TICKETS = 64
#: Seconds an answer waits for the next segment: under the 30 s after which proxies give up on a silent request.
_PATIENCE = 20.0


@dataclass(frozen=True, slots=True)
class Opened:
    """A playback with all that a player needs to begin; one that is found again has what can be given twice, on demand."""

    playback: Playback
    job: Job
    licence: licences.Licence | None = None
    init: bytes | None = None
    tickets: Mapping[int, str] | None = None
    #: When the link that it was opened by ends (UNIX seconds), and the playback with it; None for one of one's own.
    link_ends_at: float | None = None


async def open_playback(
    job_id: str, viewer: str, public_key: str, protection: Protection, services: Services
) -> Opened | None:
    """A playback of a job of the viewer; None if there is no such job.

    Raises `OperationRefused` if there is nothing to be seen (yet), or if the public key is none.
    """
    client = licences.read_public_key(public_key)
    job = await services.queue.get(job_id, viewer) if is_id("job", job_id) else None
    while job is not None:
        if not _is_watchable(job):
            raise _not_playable(job)
        if playback := await services.playbacks.open(job, protection):
            return await _begun(playback, job, client, services)
        job = await services.queue.get(job_id, viewer)  # it was deleted or begun again between the two steps
    return None


async def open_shared(secret: str, viewer: str, public_key: str, protection: Protection, services: Services) -> Opened:
    """A playback, for the viewer, of the video that the link with that secret leads to.

    Raises `OperationRefused` if it leads to none (any more), or if the public key is none.
    """
    client = licences.read_public_key(public_key)
    # Again if the link or its job has changed between the steps.
    while link := await services.share_links.find(secret):
        job = await services.queue.get(link.job, link.viewer)
        if job is None or not _is_watchable(job):
            break
        hashed = digest(secret)
        if playback := await services.playbacks.open(job, protection, viewer=viewer, link=hashed):
            begun = await _begun(playback, job, client, services)
            return replace(begun, link_ends_at=link.expires_at)
    raise link_not_found()


async def find_playback(playback_id: str, viewer: str, services: Services) -> Opened | None:
    """A playback of the viewer that still can be watched; None if there is none."""
    playback = await services.playbacks.get(playback_id, viewer)
    if playback is None:
        return None
    link = await services.share_links.by_digest(playback.link) if playback.link else None
    job = await _job_of(playback, link, services)
    if job is None or job.run != playback.run or not _is_watchable(job):
        return None
    return Opened(playback, job, link_ends_at=link.expires_at if link else None)


async def init_of(playback: Playback, services: Services) -> bytes:
    """The init segment as the playback may have it. Raises `OperationRefused` if it is not in the media store."""
    try:
        stored = await asyncio.to_thread(services.media.init, playback.job, playback.run)
    except (MediaMissing, SealBroken):
        raise _lost() from None
    return protect(stored, playback, INIT)


async def more_tickets(
    playback_id: str, viewer: str, indexes: Sequence[int], services: Services
) -> tuple[Job, Mapping[int, str]]:
    """The job as it stands and a ticket for each of the segments that exists, waiting for the first that does.

    Raises `OperationRefused` if the playback or its video is over.
    """
    playback = await services.playbacks.get(playback_id, viewer)
    if playback is None:
        raise playback_over()
    link = await services.share_links.by_digest(playback.link) if playback.link else None
    job = await _job_of(playback, link, services)
    if job is None:
        raise playback_over()
    wanted = [index for index in dict.fromkeys(indexes) if index >= INIT]
    if wanted and not _has_any(job, playback, wanted):
        job = await _wait(job, playback, wanted, services)
    _check(job, playback)
    tickets = await services.playbacks.issue(playback, [index for index in wanted if index < job.segments])
    return job, tickets


async def _begun(playback: Playback, job: Job, client: EllipticCurvePublicKey, services: Services) -> Opened:
    tickets = await services.playbacks.issue(playback, range(INIT, job.segments))
    return Opened(playback, job, licences.wrap(playback, client), await init_of(playback, services), tickets)


async def _job_of(playback: Playback, link: ShareLink | None, services: Services) -> Job | None:
    """The job of a playback, if its viewer may still see it: their own, or one that their link still leads to."""
    if not playback.link:
        return await services.queue.get(playback.job, playback.viewer)
    return await services.queue.get(playback.job, link.viewer) if link else None


async def _wait(job: Job, playback: Playback, wanted: Sequence[int], services: Services) -> Job:
    """The job as soon as one of the segments exists or never will, or after a while as it stands then."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE), services.hub.job(playback.job, playback.viewer) as changes:
            async for change in changes:
                if isinstance(change, Deleted):
                    raise playback_over()
                job = change.job
                if _has_any(job, playback, wanted):
                    break
    return job


def _has_any(job: Job, playback: Playback, wanted: Sequence[int]) -> bool:
    """Whether waiting is over: one of the segments exists, or this run will bring none of them any more."""
    is_going_on = job.state is JobState.PROCESSING and job.run == playback.run
    return not is_going_on or any(index < job.segments for index in wanted)


def _check(job: Job, playback: Playback) -> None:
    if job.state in (JobState.FAILED, JobState.CANCELLED):
        raise _not_playable(job)
    if job.run != playback.run or job.state is JobState.QUEUED:
        raise OperationRefused(
            "This video is being made again from the start: the attempt before broke off.",
            "Open another playback when its progress has a segment again.",
            code=Code.PLAYBACK_STARTED_OVER,
        )


def _is_watchable(job: Job) -> bool:
    return job.video is not None and job.segments > 0 and job.state in (JobState.PROCESSING, JobState.COMPLETED)


def _not_playable(job: Job) -> OperationRefused:
    if job.state is JobState.CANCELLED:
        return OperationRefused(
            "This job was cancelled.", "Have it made again with retryJob first.", code=Code.HAS_NO_VIDEO
        )
    if job.failure is not None:
        return OperationRefused(job.failure.message, job.failure.how_to_fix, code=Code.HAS_NO_VIDEO)
    if job.state is JobState.COMPLETED:
        return _lost()  # nothing comes any more that could be waited for
    return OperationRefused(
        "There is nothing to be seen of this video yet.",
        "Wait for its first segment: the job's progress tells when `segmentsReady` is above 0.",
        code=Code.NOT_PLAYABLE_YET,
    )


def _lost() -> OperationRefused:
    return OperationRefused(
        "The video is not where it was stored.",
        "Tell whoever runs this server: its media store has lost it, or I2V_MEDIA_KEY is another.",
        code=Code.HAS_NO_VIDEO,
    )
