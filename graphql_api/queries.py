"""What can be asked: jobs, the queue, the limits."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Annotated

import strawberry

from graphql_api.context import Info
from graphql_api.model_name import model_name
from graphql_api.picture_formats import FORMATS
from graphql_api.playback_types import Playback
from graphql_api.playing import find_playback
from graphql_api.refusals import JobId
from graphql_api.request_errors import RequestCode, request_error
from graphql_api.tokens import TokenQueries
from graphql_api.types import Job, JobConnection, JobEdge, Limits, Node, PageInfo, Queue, read_cursor
from graphql_api.uploads import MAX_SECONDS, MIN_SECONDS
from i2v_core.jobs import is_id
from i2v_core.queue_watch import QueueState


async def find_job(job_id: str, info: Info) -> Job | None:
    """A job of the viewer, or None: for an unknown id and a foreign one alike."""
    if not is_id("job", job_id):
        return None
    job = await info.context.services.queue.get(job_id, info.context.viewer)
    return Job.of(job) if job else None


async def has_newer(position: tuple[float, str], info: Info) -> bool:
    """Whether the viewer has a job at the position of a cursor or before it in the list."""
    newest = await info.context.services.queue.of_viewer(info.context.viewer, limit=1)
    return any(job.id == position[1] or job.created_at > position[0] for job in newest)


async def find_node(node_id: str, info: Info) -> Node | None:
    """A job or playback of the viewer, or None: for an unknown id, one that is over and a foreign one alike."""
    if is_id("playback", node_id):
        services = info.context.services
        opened = await find_playback(node_id, info.context.viewer, services)
        return Playback.of(opened, services.settings) if opened else None
    return await find_job(node_id, info)


async def find_nodes(node_ids: Sequence[str], info: Info) -> list[Node | None]:
    """The same for many, in their order; the jobs among them in one round trip."""
    ids = list(dict.fromkeys(node_id for node_id in node_ids if is_id("job", node_id)))
    jobs = await info.context.services.queue.get_many(ids) if ids else []
    own = {job.id: job for job in jobs if job is not None and job.viewer == info.context.viewer}
    return [
        Job.of(own[node_id]) if node_id in own else None if is_id("job", node_id) else await find_node(node_id, info)
        for node_id in node_ids
    ]


@strawberry.type(description="What can be asked.")
class Query(TokenQueries):
    @strawberry.field(description="A job of yours; null if there is none with this id.")
    async def job(self, info: Info, id: JobId) -> Job | None:
        return await find_job(id, info)

    @strawberry.field(description="Any object of yours by its id (Relay); null if there is none.")
    async def node(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Id of the object.")]
    ) -> Node | None:
        return await find_node(id, info)

    @strawberry.field(
        description="Objects of yours by their ids, in the order of the ids; null for each that there is none of."
    )
    async def nodes(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="Ids of the objects, at most 100.")],
    ) -> list[Node | None]:
        return await find_nodes(ids, info)

    @strawberry.field(description="Your jobs, newest first.")
    async def jobs(
        self,
        info: Info,
        first: Annotated[int, strawberry.argument(description="How many at most, 0 to 100.")] = 20,
        after: Annotated[str | None, strawberry.argument(description="Cursor of the last one that you have.")] = None,
    ) -> JobConnection:
        if first < 0:  # more than a page is refused before execution
            raise request_error(RequestCode.BAD_USER_INPUT, "'first' is how many you want: 0 or more.")
        position = None
        if after is not None and (position := read_cursor(after)) is None:
            raise request_error(
                RequestCode.BAD_USER_INPUT,
                "'after' is not a cursor of this list. Send the endCursor of a page, or leave it out.",
            )
        queue, viewer = info.context.services.queue, info.context.viewer
        found = await queue.of_viewer(viewer, limit=first + 1, after=position)
        edges = [JobEdge.of(job) for job in found[:first]]
        return JobConnection(
            edges=edges,
            page_info=PageInfo(
                has_next_page=len(found) > first,
                has_previous_page=position is not None and await has_newer(position, info),
                start_cursor=edges[0].cursor if edges else None,
                end_cursor=edges[-1].cursor if edges else None,
            ),
        )

    @strawberry.field(
        description="The queue of everybody: how long it is, and how long a picture that you upload now would wait."
    )
    async def queue(self, info: Info) -> Queue:
        services = info.context.services
        line = await services.hub.line()
        ahead = await services.queue.ahead(info.context.flow)
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
            model_name=await model_name(info.context.services),
        )
