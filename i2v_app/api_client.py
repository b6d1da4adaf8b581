"""The API as the page's code sees it: over the network, as the viewer, like any other client.

One `ApiClient` belongs to one browser tab. Questions and orders go over HTTP, the watch over one WebSocket.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from functools import lru_cache
from typing import Any, cast

from gql import Client
from gql.client import AsyncClientSession
from gql.transport.exceptions import TransportError
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport
from httpx import HTTPError
from websockets.exceptions import WebSocketException

from i2v_app import operations
from i2v_app.operations import Operation
from i2v_core.forwarding import FORWARDED_HEADER, is_address

Answer = dict[str, Any]
#: Makes the header by which the API knows for whom the page's server asks, of the person's address.
Signing = Callable[[str], str]

#: What any call here raises when the API cannot be reached or cannot answer. Everything else is a bug.
Unreachable = (TransportError, WebSocketException, HTTPError, OSError, TimeoutError)

#: Seconds for one question. The API answers in milliseconds; a store that is away makes it wait a little.
_ANSWER_SECONDS = 10.0
#: Seconds between the pings that tell a dead WebSocket from a quiet one.
_PING_SECONDS = 15.0


_sign: Signing | None = None


def forward_people_with(sign: Signing) -> None:
    """Tell the API from now on whose address each question is asked for. Whoever serves the page has the secret for it."""
    global _sign
    _sign = sign


class ApiClient:
    """Asks the API at `base_url` (http or https) with the viewer's Cookie header, for the person at `address`."""

    def __init__(self, base_url: str, cookie: str, address: str = "") -> None:
        self._url = f"{base_url}/graphql"
        self._cookie = cookie
        self._address = address

    async def cancel_job(self, job_id: str) -> Answer:
        """Cancel a job. The union's answer with its `__typename`."""
        return await self._ask(operations.CANCEL_JOB, "cancelJob", id=job_id)

    async def retry_job(self, job_id: str) -> Answer:
        """Make a job again that ended without a video. The union's answer with its `__typename`."""
        return await self._ask(operations.RETRY_JOB, "retryJob", id=job_id)

    async def move_job(self, job_id: str, before: str | None) -> Answer:
        """Put a waiting job before another of the viewer's, or at their end. The union's answer with its `__typename`."""
        return await self._ask(operations.MOVE_JOB, "moveJob", id=job_id, before=before)

    async def jobs(self, *, first: int, after: str | None = None) -> Answer:
        """A page of jobs, newest first, as the connection `{edges, pageInfo}`."""
        return await self._ask(operations.JOBS, "jobs", first=first, after=after)

    async def limits(self) -> Answer:
        """What the server takes in and makes, how long it keeps it, and whether videos are marked."""
        return await self._ask(operations.LIMITS, "limits")

    @asynccontextmanager
    async def watch(self) -> AsyncGenerator[Watch, None]:
        """One WebSocket for the events of all the viewer's jobs and for questions beside them."""
        url = "ws" + self._url.removeprefix("http")
        transport = WebsocketsTransport(
            url=url,
            headers=self._headers(),
            ping_interval=_PING_SECONDS,
            pong_timeout=_PING_SECONDS,
            ssl=_trusted() if url.startswith("wss") else False,
            connect_args={"proxy": None},  # as in `_ask`
        )
        try:
            async with Client(transport=transport, execute_timeout=_ANSWER_SECONDS) as session:
                yield Watch(session)
        finally:
            # gql leaves the connection open if we are cancelled while it says its first words.
            await transport.adapter.close()

    def _headers(self) -> dict[str, str]:
        """Made for each request and connection: the signature is good for a minute."""
        headers = {"Cookie": self._cookie}
        if _sign is not None and is_address(self._address):
            headers[FORWARDED_HEADER] = _sign(self._address)
        return headers

    async def _ask(self, operation: Operation, field: str, **variables: object) -> Answer:
        transport = HTTPXAsyncTransport(
            url=self._url,
            headers=self._headers(),
            timeout=_ANSWER_SECONDS,
            verify=_trusted(),
            # No proxy that the environment names for the world outside: the API is at hand, and the cookie is nobody else's.
            trust_env=False,
        )
        async with Client(transport=transport, execute_timeout=_ANSWER_SECONDS) as session:
            result = await session.execute(operation.with_values(variables))
        return cast(Answer, result[field])


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """Whose certificates are believed: the machine's. Read once, also for plain http: it takes 20 ms in which nothing else runs."""
    return ssl.create_default_context()


class Watch:
    """An open WebSocket to the API."""

    def __init__(self, session: AsyncClientSession) -> None:
        self._session = session

    async def events(self, known: list[Answer]) -> AsyncGenerator[Answer, None]:
        """Every event of the viewer's jobs, `JobProgress` or `JobDeleted`. Ends only by an error.

        `known`: the jobs that need not be told as they stand, as `KnownJob`s, if there are any.
        """
        stream = self._session.subscribe(operations.VIEWER_JOBS.with_values({"known": known or None}))
        async with aclosing(stream):
            async for event in stream:
                yield event["viewerJobs"]

    async def jobs(self, *, first: int, after: str | None = None) -> Answer:
        """A page of jobs, newest first, as the connection `{edges, pageInfo}`."""
        answer = await self._session.execute(operations.JOBS.with_values({"first": first, "after": after}))
        return cast(Answer, answer["jobs"])

    async def queue_and_jobs(self, ids: Sequence[str]) -> tuple[Answer, list[Answer | None]]:
        """How long the wait is now, and the jobs in the order of their ids, None for each that is gone; at most 100."""
        answer = await self._session.execute(operations.QUEUE_AND_JOBS.with_values({"ids": ids}))
        return answer["queue"], answer["nodes"]

    async def queue_and_limits(self) -> tuple[Answer, Answer]:
        """How long the wait is now, and what the server takes in."""
        answer = await self._session.execute(operations.QUEUE_AND_LIMITS)
        return answer["queue"], answer["limits"]
