"""What can be asked: jobs, the queue, the limits."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Annotated

import strawberry

from graphql_api.context import Info
from graphql_api.cursors import read_cursor_in
from graphql_api.enums import JobOrder, JobState
from graphql_api.job_pages import find_page
from graphql_api.model_name import model_name
from graphql_api.picture_formats import FORMATS
from graphql_api.playback_types import Playback
from graphql_api.playing import find_playback
from graphql_api.refusals import JobId
from graphql_api.request_errors import RequestCode, request_error
from graphql_api.sharing import SharingQueries
from graphql_api.tokens import TokenQueries
from graphql_api.types import Job, JobConnection, Limits, Node, Queue
from graphql_api.uploads import MAX_SECONDS, MIN_SECONDS
from i2v_core.errors import Limit
from i2v_core.job_list import Wanted
from i2v_core.jobs import is_id
from i2v_core.queue_watch import QueueState

#: Longest text that is looked for in names.
_LONGEST_SEARCH = 100


async def find_job(job_id: str, info: Info) -> Job | None:
    """A job of the viewer, or None: for an unknown id and a foreign one alike."""
    if not is_id("job", job_id):
        return None
    job = await info.context.services.queue.get(job_id, info.context.viewer)
    return Job.of(job) if job else None


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


def _read_search(search: str | None) -> str:
    text = (search or "").strip()
    if len(text) > _LONGEST_SEARCH:
        raise request_error(
            RequestCode.BAD_USER_INPUT,
            f"'search' is at most {_LONGEST_SEARCH} characters long. A part of the name is enough.",
            limit=Limit("search", _LONGEST_SEARCH, "characters"),
        )
    return text


@strawberry.type(description="What can be asked.")
class Query(SharingQueries, TokenQueries):
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

    @strawberry.field(description="Your jobs, newest first unless you order them otherwise.")
    async def jobs(
        self,
        info: Info,
        first: Annotated[int, strawberry.argument(description="How many at most, 0 to 100.")] = 20,
        after: Annotated[
            str | None,
            strawberry.argument(description="Cursor of the last one that you have, in the same order."),
        ] = None,
        states: Annotated[
            list[JobState] | None, strawberry.argument(description="Only those in one of these states; all if none.")
        ] = None,
        search: Annotated[
            str | None,
            strawberry.argument(
                description="Only those with this in their name, whatever its case; at most 100 characters."
            ),
        ] = None,
        order_by: Annotated[JobOrder, strawberry.argument(description="Their order.")] = JobOrder.NEWEST,
    ) -> JobConnection:
        wanted = Wanted(frozenset(states or ()), _read_search(search), JobOrder(order_by))
        if first < 0:  # more than a page is refused before execution
            raise request_error(RequestCode.BAD_USER_INPUT, "'first' is how many you want: 0 or more.")
        position = None
        if after is not None and (position := read_cursor_in(wanted.order, after)) is None:
            raise request_error(
                RequestCode.BAD_USER_INPUT,
                "'after' is not a cursor of this list. Send the endCursor of a page in this order, or leave it out.",
            )
        return await find_page(info.context, wanted, first, position)

    @strawberry.field(
        description="The queue of everybody: how long it is, and how long a picture that you upload now would wait."
    )
    async def queue(self, info: Info) -> Queue:
        services = info.context.services
        line = await services.hub.line_as_told()
        ahead = await services.queue.ahead(info.context.flow)
        return Queue.of(QueueState.of(line, ahead, info.context.viewer, time.time()))

    @strawberry.field(description="What this server takes in and makes.")
    async def limits(self, info: Info) -> Limits:
        settings = info.context.services.settings
        return Limits(
            max_upload_bytes=settings.max_upload_bytes,
            max_megapixels=settings.max_megapixels,
            formats=list(FORMATS),
            input_long_side=settings.input_long_side,
            min_seconds=MIN_SECONDS,
            max_seconds=MAX_SECONDS,
            default_seconds=settings.video_seconds,
            retention_hours=settings.retention_hours,
            keep_at_most_hours=settings.longest_keep_hours,
            share_link_max_hours=settings.share_link_max_hours,
            max_waiting=settings.waiting_per_viewer,
            max_waiting_overall=settings.waiting_overall,
            max_uploads_per_minute=settings.uploads_per_minute,
            model_name=await model_name(info.context.services),
            watermark=settings.watermark == "on",
        )
