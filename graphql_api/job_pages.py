"""Pages of a viewer's jobs: the plain list as it is kept, others as they are searched and sorted."""

from __future__ import annotations

from typing import cast

from graphql_api.context import Context
from graphql_api.types import JobConnection, JobEdge, PageInfo
from i2v_core.job_list import JobPage, Position, Wanted, find_jobs
from i2v_core.queue import JobQueue


async def find_page(context: Context, wanted: Wanted, first: int, after: Position | None) -> JobConnection:
    """The page of the viewer's jobs. Raises `StoreUnavailable`."""
    queue, viewer = context.services.queue, context.viewer
    counted: int | None = None
    if wanted.is_plain:  # the list is kept in this order: a page costs the same however long it is
        page = await _newest(queue, viewer, first, cast(tuple[float, str] | None, after))
    else:
        page = await find_jobs(queue, viewer, wanted, first=first, after=after)
        counted = page.total
    edges = [JobEdge.of(job, wanted.order) for job in page.jobs]
    return JobConnection(
        edges=edges,
        page_info=PageInfo(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
        counted=counted,
    )


async def _newest(queue: JobQueue, viewer: str, first: int, after: tuple[float, str] | None) -> JobPage:
    found = await queue.of_viewer(viewer, limit=first + 1, after=after)
    newest = await queue.of_viewer(viewer, limit=1) if after else []
    has_previous = after is not None and any(job.id == after[1] or job.created_at > after[0] for job in newest)
    return JobPage(found[:first], 0, len(found) > first, has_previous)
