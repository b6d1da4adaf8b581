"""What can be asked: jobs, the queue, the limits."""

from __future__ import annotations

import time
from typing import Annotated

import strawberry
from graphql import GraphQLError

from graphql_api.context import Info
from graphql_api.picture_formats import FORMATS
from graphql_api.refusals import JobId
from graphql_api.types import Job, JobConnection, JobEdge, Limits, Node, PageInfo, Queue, read_cursor
from graphql_api.uploads import MAX_SECONDS, MIN_SECONDS
from i2v_core.jobs import JobState, is_id
from i2v_core.queue_watch import QueueState

#: A page of 100 jobs is one round trip to Redis and some 60 KB of answer.
MAX_PAGE = 100


async def find_job(job_id: str, info: Info) -> Job | None:
    """A job of the viewer, or None: for an unknown id and a foreign one alike."""
    if not is_id("job", job_id):
        return None
    job = await info.context.services.queue.get(job_id, info.context.viewer)
    return Job.of(job) if job else None


async def flow_of_asker(info: Info) -> str:
    """Whose turns the viewer shares."""
    # That is known best from what they have waiting: the page's own server asks for them from where it is.
    latest = await info.context.services.queue.of_viewer(info.context.viewer, limit=1)
    return latest[0].flow if latest and latest[0].state is JobState.QUEUED else info.context.flow


@strawberry.type(description="What can be asked.")
class Query:
    @strawberry.field(description="A job of yours; null if there is none with this id.")
    async def job(self, info: Info, id: JobId) -> Job | None:
        return await find_job(id, info)

    @strawberry.field(description="Any object of yours by its id (Relay); null if there is none.")
    async def node(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Id of the object.")]
    ) -> Node | None:
        return await find_job(id, info)

    @strawberry.field(description="Your jobs, newest first.")
    async def jobs(
        self,
        info: Info,
        first: Annotated[int, strawberry.argument(description="How many at most, 1 to 100.")] = 20,
        after: Annotated[str | None, strawberry.argument(description="Cursor of the last one that you have.")] = None,
    ) -> JobConnection:
        if not 1 <= first <= MAX_PAGE:
            raise GraphQLError(f"'first' must be from 1 to {MAX_PAGE}.", extensions={"code": "BAD_USER_INPUT"})
        position = None
        if after is not None and (position := read_cursor(after)) is None:
            raise GraphQLError("'after' is not a cursor of this list.", extensions={"code": "BAD_USER_INPUT"})
        queue, viewer = info.context.services.queue, info.context.viewer
        found = await queue.of_viewer(viewer, limit=first + 1, after=position)
        edges = [JobEdge.of(job) for job in found[:first]]
        return JobConnection(
            edges=edges,
            page_info=PageInfo(
                has_next_page=len(found) > first,
                has_previous_page=after is not None,
                start_cursor=edges[0].cursor if edges else None,
                end_cursor=edges[-1].cursor if edges else None,
            ),
            total_count=await queue.count_of_viewer(viewer),
        )

    @strawberry.field(
        description="The queue of everybody: how long it is, and how long a picture that you upload now would wait."
    )
    async def queue(self, info: Info) -> Queue:
        services = info.context.services
        line = await services.hub.line()
        ahead = await services.queue.ahead(await flow_of_asker(info))
        return Queue.of(QueueState.of(line, ahead, time.time()))

    @strawberry.field(description="What this server takes in and makes.")
    async def limits(self, info: Info) -> Limits:
        settings = info.context.services.settings
        return Limits(
            max_upload_bytes=settings.max_upload_bytes,
            max_megapixels=settings.max_megapixels,
            formats=list(FORMATS),
            min_seconds=MIN_SECONDS,
            max_seconds=MAX_SECONDS,
            default_seconds=settings.video_seconds,
            retention_hours=settings.retention_hours,
            max_waiting=settings.waiting_per_viewer,
            max_waiting_overall=settings.waiting_overall,
            max_uploads_per_minute=settings.uploads_per_minute,
        )
