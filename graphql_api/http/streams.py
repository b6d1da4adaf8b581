"""Many results over one HTTP answer: as server-sent events (graphql-sse) or as parts (Apollo's multipart protocol)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from typing import Any, Protocol

from starlette.types import Receive, Scope, Send

from graphql_api.http.accept import Accepted, Form
from i2v_core.tasks import ended

#: Results on their way to the client, as GraphQL responses.
Results = AsyncGenerator[Mapping[str, Any], None]
#: Seconds for the end of a stream that was broken off to reach the client.
_FAREWELL_SECONDS = 1.0


class Framing(Protocol):
    """How results are told apart in a stream."""

    content_type: str
    #: Sent at once, so that the client knows that it is connected.
    opening: str
    #: Sent when nothing else was for a while, so that nobody on the way takes the connection for dead.
    heartbeat: str
    closing: str

    def frame(self, result: str) -> str:
        """One result, given as JSON without line breaks."""
        ...


class EventFraming:
    """graphql-sse, distinct connections mode. Lines end with LF alone: some clients know no other end."""

    content_type = "text/event-stream; charset=utf-8"
    opening = ":\n\n"
    heartbeat = ":\n\n"
    # Browsers ignore an event without data.
    closing = "event: complete\ndata:\n\n"

    def frame(self, result: str) -> str:
        """A `next` event."""
        return f"event: next\ndata: {result}\n\n"


class PartFraming:
    """Apollo's multipart subscription protocol 1.0: a delimiter ends each part, so that it can be read at once."""

    def __init__(self, boundary: str) -> None:
        self._delimiter = f"\r\n--{boundary}"
        self.content_type = f'multipart/mixed;boundary="{boundary}";subscriptionSpec=1.0'
        self.heartbeat = self._part("{}")
        self.opening = self._delimiter + self.heartbeat
        self.closing = "--\r\n"

    def frame(self, result: str) -> str:
        """A part with the result as its payload."""
        return self._part(f'{{"payload":{result}}}')

    def _part(self, body: str) -> str:
        return f"\r\nContent-Type: application/json\r\n\r\n{body}{self._delimiter}"


def framing(form: Form, accepted: Accepted) -> Framing:
    """The framing of a stream's form."""
    return EventFraming() if form is Form.EVENTS else PartFraming(accepted.boundary)


class StreamedAnswer:
    """ASGI response that sends results as they come, and ends them when the client goes.

    One result is on its way at a time: a client that does not read holds up its own subscription and nothing else.
    """

    def __init__(self, results: Results, framing: Framing, heartbeat_seconds: float) -> None:
        self._results = results
        self._framing = framing
        self._heartbeat = heartbeat_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.create_task(_until_gone(receive))
        upcoming = asyncio.ensure_future(anext(self._results))
        try:
            await self._begin(send)
            while True:
                await asyncio.wait({gone, upcoming}, timeout=self._heartbeat, return_when=asyncio.FIRST_COMPLETED)
                if gone.done():
                    return
                if not upcoming.done():
                    await _chunk(send, self._framing.heartbeat)
                    continue
                try:
                    result = upcoming.result()
                except StopAsyncIteration:
                    await _chunk(send, self._framing.closing, more=False)
                    return
                await _chunk(send, self._framing.frame(json.dumps(result, separators=(",", ":"))))
                upcoming = asyncio.ensure_future(anext(self._results))
        except asyncio.CancelledError:
            # The server stops, or the token has ended. The stream ends without its last word, so that the client subscribes
            # again elsewhere. Nothing comes after us that the cancellation would have to end, and uvicorn logs one as an error.
            with suppress(Exception):
                async with asyncio.timeout(_FAREWELL_SECONDS):  # a client that does not read would hold us for ever
                    await _chunk(send, "", more=False)
        finally:
            for task in (gone, upcoming):
                await ended(task)
            await self._results.aclose()

    async def _begin(self, send: Send) -> None:
        headers = {
            "Content-Type": self._framing.content_type,
            "Cache-Control": "no-store, no-transform",
            "Vary": "Accept",
            # nginx would hold events back until it has a page full of them.
            "X-Accel-Buffering": "no",
        }
        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": 200, "headers": raw})
        await _chunk(send, self._framing.opening)


async def _chunk(send: Send, text: str, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": more})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
