"""A job's progress as server-sent events: what stands at once, then every change, to the end.

The event's id is the job's version, so a client that comes back with `Last-Event-ID` is told nothing older again.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from graphql_api.context import Services
from graphql_api.http.refusals import RequestRefused
from graphql_api.ordering import JobUnknown
from graphql_api.rest.access import require
from graphql_api.rest.documents import job_document
from graphql_api.rest.negotiation import offer
from graphql_api.rest.parameters import query
from graphql_api.rest.problems import NO_STORE, Problem, RestCode, bad_request
from graphql_api.subscription_bounds import SubscriptionBounds
from i2v_core import viewers
from i2v_core.jobs import JobState, is_id
from i2v_core.progress import Change, Deleted
from i2v_core.tasks import ended

MEDIA_TYPE = "text/event-stream"
#: Seconds without an event after which a comment is sent: fronts and phones give up connections that are silent for 30.
_KEEP_ALIVE = 15.0
#: Milliseconds after which a browser's EventSource comes back: a restart of this server takes about as long.
_RETRY_MS = 2000
#: Fronts (nginx) collect an answer before they pass it on, unless they are told not to.
_HEADERS = {**NO_STORE, "X-Accel-Buffering": "no"}


class JobEvents:
    """The handler, over the services. What a slow reader has not read is the newest change only: the hub's mailbox."""

    def __init__(self, services: Services, bounds: SubscriptionBounds) -> None:
        self._services = services
        self._bounds = bounds

    async def watch(self, request: Request) -> Response:
        """The stream of one job; 204 if the client has read its end already, so that an EventSource stops asking."""
        offer(request, MEDIA_TYPE)
        query(request)
        viewer, job_id = require(request, viewers.Scope.READ).viewer, request.path_params["id"]
        read = _last_event(request)
        job = await self._services.queue.get(job_id, viewer) if is_id("job", job_id) else None
        if job is None:
            raise JobUnknown(job_id)
        if job.state.is_terminal and read >= job.version:
            return Response(status_code=204, headers=NO_STORE)
        # Subscribed before the first byte is sent: whatever the store says against it is a problem document still.
        async with AsyncExitStack() as stack:
            try:
                stack.enter_context(self._bounds.one_of(viewer))
            except RequestRefused as refusal:
                raise _too_many(refusal) from None
            if request.method == "HEAD":
                return Response(headers={**_HEADERS, "Content-Type": MEDIA_TYPE})
            changes = await stack.enter_async_context(self._services.hub.job(job_id, viewer))
            return _EventStream(_events(changes, read), stack.pop_all())


class _EventStream(StreamingResponse):
    """A stream that gives back its subscription however it ends, also if it never began."""

    def __init__(self, content: AsyncGenerator[str, None], stack: AsyncExitStack) -> None:
        super().__init__(content, headers=_HEADERS, media_type=MEDIA_TYPE)
        self._content, self._stack = content, stack

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._content.aclose()
            await self._stack.aclose()


async def _events(changes: AsyncIterator[Change], read: int) -> AsyncGenerator[str, None]:
    yield f"retry: {_RETRY_MS}\n\n"
    following: asyncio.Task[Change | None] | None = None
    try:
        while True:
            following = following or asyncio.ensure_future(anext(changes, None))
            done, _ = await asyncio.wait([following], timeout=_KEEP_ALIVE)
            if not done:
                yield ": still here\n\n"
                continue
            change, following = following.result(), None
            if change is None:
                return
            if isinstance(change, Deleted):
                yield _event("deleted", {"jobId": change.job_id})
                return
            job = change.job
            # A waiting job of the same version may have another place by now; any other has been told in full.
            if job.version > read or (job.version == read and job.state is JobState.QUEUED):
                yield _event("progress", job_document(change), job.version)
            if job.state.is_terminal:
                yield _event("end", {"jobId": job.id, "state": job.state.value}, job.version)
                return
    finally:
        if following is not None:
            await ended(following)


def _too_many(refusal: RequestRefused) -> Problem:
    fix, limit = "End one, or come again a little later.", refusal.limit
    return Problem(RestCode.TOO_MANY_SUBSCRIPTIONS, refusal.reason, fix, limit=limit, retry_after=refusal.retry_after)


def _event(name: str, data: dict[str, Any], version: int | None = None) -> str:
    id_line = "" if version is None else f"id: {version}\n"
    return f"{id_line}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _last_event(request: Request) -> int:
    """The version that the client has read, 0 if none. Raises `Problem` 400."""
    text = request.headers.get("last-event-id", "").strip()
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise bad_request(
            "'Last-Event-ID' is not an id of this stream.", "Send the 'id' of the last event that you have read."
        )
    return int(text)
