"""A request with a token: nobody else's, without a cookie, and a stream of it ends with the token, cleanly."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from redis.asyncio import Redis
from starlette.responses import Response
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from i2v_core.jobs import new_id
from i2v_core.settings import Settings
from i2v_core.token_watch import TokenWatch
from i2v_core.tokens import Tokens
from i2v_core.viewer_middleware import ViewerMiddleware, bearer
from i2v_core.viewers import IDENTITY_KEY
from i2v_core.viewers import Scope as TokenScope

VIEWER = new_id("viewer")


@pytest.mark.parametrize(
    ("value", "secret"),
    [
        ("Bearer i2v_x", "i2v_x"),
        ("bearer  i2v_x ", "i2v_x"),
        ("Bearer", ""),
        ("Basic eDp5", None),
        ("i2v_x", None),
        ("", None),
        (None, None),
        (7, None),
    ],
)
def test_only_bearer_is_ours(value: object, secret: str | None) -> None:
    assert bearer(value) == secret


def test_a_token_without_its_scheme_is_refused_and_no_stranger() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await Response(scope[IDENTITY_KEY].viewer)(scope, receive, send)

    visitor = TestClient(ViewerMiddleware(app, "a-secret-of-the-test"))

    answer = visitor.get("/graphql", headers={"Authorization": f"i2v_{'a' * 43}"})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert "set-cookie" not in answer.headers
    assert "Write 'Bearer ' before the token." in answer.json()["errors"][0]["message"]
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    of_a_front = visitor.get("/graphql", headers={"Authorization": "Basic aTJ2Xzp4"})
    assert of_a_front.status_code == 200
    assert of_a_front.text.startswith("viewer_")


class Visit:
    """One request, made by hand, with all that was sent in answer."""

    def __init__(self, middleware: ViewerMiddleware, secret: str) -> None:
        self.sent: list[Message] = []
        scope: dict[str, Any] = {
            "type": "http",
            "method": "GET",
            "path": "/graphql",
            "scheme": "http",
            "headers": [(b"authorization", f"Bearer {secret}".encode())],
            "client": ("192.0.2.1", 1),
        }
        self.task = asyncio.create_task(middleware(scope, self._receive, self._send))

    async def _receive(self) -> Message:
        await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        self.sent.append(message)


def answering(
    content_type: bytes, started: asyncio.Event, going_on: asyncio.Event
) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", content_type)]})
        await send({"type": "http.response.body", "body": scope[IDENTITY_KEY].viewer.encode(), "more_body": True})
        started.set()
        await going_on.wait()
        await send({"type": "http.response.body", "body": b"the end"})

    return app


@pytest.mark.parametrize("content_type", [b"text/event-stream; charset=utf-8", b"multipart/mixed;boundary=graphql"])
async def test_a_stream_ends_when_its_token_is_revoked(redis: Redis, settings: Settings, content_type: bytes) -> None:
    tokens = Tokens(redis, settings)
    watch, started = TokenWatch(tokens), asyncio.Event()
    middleware = ViewerMiddleware(
        answering(content_type, started, asyncio.Event()), "a-secret-of-the-test", tokens=watch
    )
    made, secret = await tokens.make(VIEWER, "program", [TokenScope.READ])
    visit = Visit(middleware, secret)
    await asyncio.wait_for(started.wait(), 5)

    watch.end([made.id])
    await asyncio.wait_for(visit.task, 5)

    assert [message.get("body") for message in visit.sent] == [None, VIEWER.encode(), b""]
    assert visit.sent[-1]["more_body"] is False
    assert not any(name == b"set-cookie" for name, _ in visit.sent[0]["headers"])


async def test_a_stream_ends_when_its_token_expires(redis: Redis, settings: Settings) -> None:
    tokens = Tokens(redis, settings)
    started = asyncio.Event()
    middleware = ViewerMiddleware(
        answering(b"text/event-stream", started, asyncio.Event()), "a-secret-of-the-test", tokens=TokenWatch(tokens)
    )
    _, secret = await tokens.make(VIEWER, "program", [TokenScope.READ], time.time() + 2)
    visit = Visit(middleware, secret)

    await asyncio.wait_for(visit.task, 30)

    assert visit.sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}


async def test_an_answer_that_is_no_stream_is_not_cut_off(redis: Redis, settings: Settings) -> None:
    tokens = Tokens(redis, settings)
    watch, started, going_on = TokenWatch(tokens), asyncio.Event(), asyncio.Event()
    middleware = ViewerMiddleware(
        answering(b"application/json", started, going_on), "a-secret-of-the-test", tokens=watch
    )
    made, secret = await tokens.make(VIEWER, "program", [TokenScope.WRITE])
    visit = Visit(middleware, secret)
    await asyncio.wait_for(started.wait(), 5)

    watch.end([made.id])
    going_on.set()
    await asyncio.wait_for(visit.task, 5)

    assert visit.sent[-1]["body"] == b"the end"


async def test_a_timeout_of_the_app_itself_is_not_mistaken_for_it(redis: Redis, settings: Settings) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise TimeoutError("the app's own")

    tokens = Tokens(redis, settings)
    _, secret = await tokens.make(VIEWER, "program", [TokenScope.READ])
    visit = Visit(ViewerMiddleware(app, "a-secret-of-the-test", tokens=TokenWatch(tokens)), secret)

    with pytest.raises(TimeoutError, match="the app's own"):
        await visit.task


async def test_a_hundred_tokens_share_the_turns_of_their_address(redis: Redis, settings: Settings) -> None:
    """Neither many tokens nor many viewers gain anything: it is the address that has a flow."""
    flows = set()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        flows.add(scope[IDENTITY_KEY].flow)

    tokens = Tokens(redis, settings)
    middleware = ViewerMiddleware(app, "a-secret-of-the-test", tokens=TokenWatch(tokens))
    for _ in range(10):
        viewer = new_id("viewer")
        for number in range(10):
            _, secret = await tokens.make(viewer, f"{number}", [TokenScope.WRITE])
            await Visit(middleware, secret).task

    assert len(flows) == 1
    assert flows.pop().startswith("address_")
