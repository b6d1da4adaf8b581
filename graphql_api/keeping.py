"""Keeping jobs for longer and deleting many at once, in the schema."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import strawberry

from graphql_api.context import Info
from graphql_api.refusals import JobId, JobNotFound, JobRefused, TryAgain, job_not_found, job_refused, try_again
from graphql_api.types import Job
from i2v_core.errors import Code, OperationRefused, StoreUnavailable
from i2v_core.jobs import is_id
from i2v_core.keeping import Kept, keep


@strawberry.type(description="Which jobs are gone, with everything of them.")
class JobsDeleted:
    job_ids: list[strawberry.ID] = strawberry.field(
        description="Ids of the jobs that are gone by this. Those of which there was none among yours are not in it."
    )


KeepResult = Annotated[
    Job | JobNotFound | JobRefused | TryAgain,
    strawberry.union("KeepResult", description="The job with its later end, or why it is not kept."),
]
DeleteJobsResult = Annotated[
    JobsDeleted | TryAgain,
    strawberry.union("DeleteJobsResult", description="Which are gone, or why none is."),
]


def seconds_of(time: datetime) -> float:
    """UNIX seconds of a time, in UTC unless it says otherwise."""
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


@strawberry.type
class KeepingMutations:
    """Mixed into `Mutation`."""

    @strawberry.mutation(
        description="Keep a job that has ended, with its picture and video, until then. One that is kept longer anyway stays as it is."
    )
    async def keep_job(
        self,
        info: Info,
        id: JobId,
        until: Annotated[
            datetime,
            strawberry.argument(
                description="When it shall be deleted, in UTC unless it says otherwise: at most `limits.keepAtMostHours` from now."
            ),
        ],
    ) -> KeepResult:
        queue, viewer = info.context.services.queue, info.context.viewer
        try:
            outcome = await keep(queue, id, viewer, seconds_of(until)) if is_id("job", id) else Kept.MISSING
            if outcome is Kept.NOT_OVER:
                raise OperationRefused(
                    "This job waits or is being made: its time begins when it ends.",
                    "Keep it once its video is there.",
                    code=Code.JOB_NOT_OVER,
                )
            job = await queue.get(id, viewer) if outcome is Kept.OK else None
        except OperationRefused as refusal:
            return job_refused(refusal)
        except StoreUnavailable as error:
            return try_again(error)
        return Job.of(job) if job else job_not_found(id)

    @strawberry.mutation(
        description="Delete jobs with their pictures and videos, all in one step. Those that wait or run are cancelled by it."
    )
    async def delete_jobs(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="Ids of jobs of yours, at most 100.")],
    ) -> DeleteJobsResult:
        services = info.context.services
        try:
            wanted = [str(job_id) for job_id in ids if is_id("job", job_id)]
            gone = await services.queue.delete_many(wanted, info.context.viewer) if wanted else []
        except StoreUnavailable as error:
            return try_again(error)
        await asyncio.to_thread(services.media.delete_many, gone)
        return JobsDeleted(job_ids=[strawberry.ID(job_id) for job_id in gone])
