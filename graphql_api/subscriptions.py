"""What can be watched: one job, or all of the viewer's."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry

from graphql_api.context import Info
from graphql_api.refusals import JobId, JobNotFound, job_not_found
from graphql_api.types import JobDeleted, JobProgress
from i2v_core.jobs import is_id
from i2v_core.progress import Deleted

JobProgressResult = Annotated[
    JobProgress | JobNotFound,
    strawberry.union("JobProgressResult", description="The job's progress, or that there is no such job."),
]
ViewerJobEvent = Annotated[
    JobProgress | JobDeleted,
    strawberry.union("ViewerJobEvent", description="A job of yours as it stands, or that it is gone."),
]


@strawberry.type(description="What can be watched.")
class Subscription:
    @strawberry.subscription(
        description="A job's progress: what stands at once, then every change. It ends after a terminal state, or with JobNotFound."
    )
    async def job_progress(self, info: Info, job_id: JobId) -> AsyncGenerator[JobProgressResult, None]:
        if not is_id("job", job_id):
            yield job_not_found(job_id)
            return
        async with info.context.services.hub.job(job_id, info.context.viewer) as changes:
            async for change in changes:
                yield job_not_found(job_id) if isinstance(change, Deleted) else JobProgress.of(change)

    @strawberry.subscription(
        description="All your jobs: each unfinished one as it stands at once, then whatever is created, changes or is deleted. It never ends."
    )
    async def viewer_jobs(self, info: Info) -> AsyncGenerator[ViewerJobEvent, None]:
        async with info.context.services.hub.viewer(info.context.viewer) as changes:
            async for change in changes:
                if isinstance(change, Deleted):
                    yield JobDeleted(job_id=strawberry.ID(change.job_id))
                else:
                    yield JobProgress.of(change)
