"""What can be watched: one job, all of the viewer's, or the queue; and how a dropped client goes on."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import strawberry
from graphql import GraphQLError

from graphql_api.context import Info
from graphql_api.refusals import JobId, JobNotFound, job_not_found
from graphql_api.types import JobDeleted, JobProgress, Queue
from i2v_core.jobs import is_id
from i2v_core.progress import Deleted

#: Jobs that a client may say it knows: those of any page, in a message of some 60 KB.
MAX_KNOWN = 1000

JobProgressResult = Annotated[
    JobProgress | JobNotFound,
    strawberry.union("JobProgressResult", description="The job's progress, or that there is no such job."),
]
ViewerJobEvent = Annotated[
    JobProgress | JobDeleted,
    strawberry.union("ViewerJobEvent", description="A job of yours as it stands, or that it is gone."),
]


@strawberry.input(description="A job that a client has been told of already.")
class KnownJob:
    id: strawberry.ID = strawberry.field(description="Id of the job.")
    version: int = strawberry.field(description="The highest `version` of it that was received.")


@strawberry.type(description="What can be watched.")
class Subscription:
    @strawberry.subscription(
        description="A job's progress: what stands at once, then every change. It ends after a terminal state, or with JobNotFound."
    )
    async def job_progress(
        self,
        info: Info,
        job_id: JobId,
        after: Annotated[
            int | None,
            strawberry.argument(
                description="The highest `version` that you have received, to go on after a lost connection: what stands is sent at once only if it is newer, and if that version was the job's end there is nothing more. (A new place in the line is no new version; it is sent when the line moves.)"
            ),
        ] = None,
    ) -> AsyncGenerator[JobProgressResult, None]:
        if not is_id("job", job_id):
            yield job_not_found(job_id)
            return
        async with info.context.services.hub.job(job_id, info.context.viewer, after) as changes:
            async for change in changes:
                yield job_not_found(job_id) if isinstance(change, Deleted) else JobProgress.of(change)

    @strawberry.subscription(
        description="All your jobs: each unfinished one as it stands at once, then whatever is created, changes or is deleted. It never ends."
    )
    async def viewer_jobs(
        self,
        info: Info,
        known: Annotated[
            list[KnownJob] | None,
            strawberry.argument(
                description="The jobs that you know with their versions, at most 1000, to go on after a lost connection: sent at once is then what has changed since. Known ones only if they are newer, JobDeleted for those that are gone, and those that were created meanwhile, even if they have ended."
            ),
        ] = None,
    ) -> AsyncGenerator[ViewerJobEvent, None]:
        if known is not None and len(known) > MAX_KNOWN:
            raise GraphQLError(
                f"'known' has more than {MAX_KNOWN} jobs. Leave it out, and list the jobs.",
                extensions={"code": "BAD_USER_INPUT"},
            )
        versions = None if known is None else {str(job.id): job.version for job in known}
        async with info.context.services.hub.viewer(info.context.viewer, versions) as changes:
            async for change in changes:
                if isinstance(change, Deleted):
                    yield JobDeleted(job_id=strawberry.ID(change.job_id))
                else:
                    yield JobProgress.of(change)

    @strawberry.subscription(
        description="The queue of everybody: as it stands at once, then whenever it changes, at most twice a second; the wait that goes by with the clock is no change, nor is how far a slot is. It never ends."
    )
    async def queue_changed(self, info: Info) -> AsyncGenerator[Queue, None]:
        states = info.context.services.hub.queue(info.context.flow, info.context.viewer)
        async with aclosing(states):
            async for state in states:
                yield Queue.of(state)
