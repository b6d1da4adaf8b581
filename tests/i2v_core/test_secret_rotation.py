"""The signing secrets can be rotated: nobody is signed out, cookies move to the new one, and addresses keep their flow."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Any

import pytest
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from i2v_core import keys
from i2v_core.errors import WrongSetting
from i2v_core.identity_news import IdentityNews
from i2v_core.jobs import new_id
from i2v_core.settings import Settings, load_settings
from i2v_core.signing import rotate_secret, signing_secrets
from i2v_core.token_watch import TokenWatch
from i2v_core.tokens import Tokens
from i2v_core.viewer_middleware import HOLDING_KEY, ViewerMiddleware
from i2v_core.viewers import COOKIE, COOKIE_SECONDS, IDENTITY_KEY, ViewerCookie
from i2v_core.viewers import Scope as TokenScope
from tests.conftest import eventually

OLD, NEW = "the-old-secret-of-the-test", "the-new-secret-of-the-test"


def server(*secrets: str) -> ViewerMiddleware:
    async def who(request: Request) -> JSONResponse:
        identity = request.scope[IDENTITY_KEY]
        return JSONResponse([identity.viewer, identity.flow])

    middleware = ViewerMiddleware(Starlette(routes=[Route("/", who)]))
    middleware.use_secrets(secrets)
    return middleware


def browser(middleware: ViewerMiddleware) -> TestClient:
    return TestClient(middleware, client=("192.0.2.7", 1))


def test_a_cookie_of_the_old_secret_is_the_same_viewer_and_is_renewed_with_the_new_one() -> None:
    middleware = server(OLD)
    visitor = browser(middleware)
    viewer, flow = visitor.get("/").json()
    of_old = visitor.cookies[COOKIE]

    middleware.use_secrets([NEW, OLD])
    answer = visitor.get("/")

    assert answer.json() == [viewer, flow], "the viewer, and whom they share turns with"
    assert "set-cookie" in answer.headers
    assert visitor.cookies[COOKIE] != of_old
    assert "set-cookie" not in visitor.get("/").headers, "renewed once"
    middleware.use_secrets([NEW])
    assert visitor.get("/").json()[0] == viewer, "the renewed one needs the old secret no more"
    visitor.cookies.set(COOKIE, of_old)
    assert visitor.get("/").json()[0] != viewer, "and the old one is worth nothing without it"


def test_an_address_that_the_old_secret_signed_is_believed_until_it_is_gone() -> None:
    before = server(OLD).forwarding.sign("198.51.100.1").encode()

    assert server(NEW, OLD).forwarding.read(before) == "198.51.100.1"
    assert server(NEW).forwarding.read(before) is None


def test_the_setting_is_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("I2V_SECRET", f"{NEW}, {OLD},")

    assert load_settings().secrets == (NEW, OLD)


def test_each_of_the_settings_secrets_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("I2V_SECRET", f"{NEW},too-short")

    with pytest.raises(WrongSetting, match="16 characters") as refused:
        load_settings()

    assert "too-short" not in str(refused.value)


async def test_the_kept_secret_is_made_once_for_all_processes(redis: Redis, settings: Settings) -> None:
    made = await asyncio.gather(*(signing_secrets(redis, settings) for _ in range(10)))

    assert len(set(made)) == 1
    assert len(made[0]) == 1


async def test_a_kept_secret_that_vanishes_while_it_is_read_is_made_again(redis: Redis, settings: Settings) -> None:
    class Flushed(Redis):
        """One that is emptied just before the secret is read for the first time."""

        emptied = False

        async def get(self, name: Any) -> Any:
            if not self.emptied:
                self.emptied = True
                await self.delete(name)
            return await super().get(name)

    found = await signing_secrets(Flushed(connection_pool=redis.connection_pool), settings)

    assert found == (await redis.get(keys.SECRET),)
    assert len(found[0]) > 40


async def test_rotating_keeps_the_old_ones_as_long_as_a_cookie_lives(redis: Redis, settings: Settings) -> None:
    first = await signing_secrets(redis, settings)

    assert await rotate_secret(redis) == 1
    second = await signing_secrets(redis, settings)
    assert await rotate_secret(redis) == 2
    third = await signing_secrets(redis, settings)

    assert second[1:] == first
    assert third[1:] == second
    a_year_ago = int(time.time()) - COOKIE_SECONDS - 1
    await redis.set(keys.SECRET, f"{third[0]} {third[1]}@{int(time.time())} {third[2]}@{a_year_ago}")
    assert await signing_secrets(redis, settings) == third[:2]
    assert await rotate_secret(redis) == 2, "the one of a year ago is dropped"
    assert third[2] not in str(await redis.get(keys.SECRET))


async def test_a_secret_that_leaked_is_not_kept(redis: Redis, settings: Settings) -> None:
    leaked = await signing_secrets(redis, settings)

    assert await rotate_secret(redis, keep_old=False) == 0

    now = await signing_secrets(redis, settings)
    assert len(now) == 1
    assert now != leaked


async def test_running_processes_take_the_new_secret_without_a_restart(redis: Redis, settings: Settings) -> None:
    middleware = server(*await signing_secrets(redis, settings))
    visitor = browser(middleware)
    viewer, flow = (await asyncio.to_thread(visitor.get, "/")).json()
    reads = 0

    async def read_secrets() -> None:
        nonlocal reads
        middleware.use_secrets(await signing_secrets(redis, settings))
        reads += 1

    async def has_read(times: int) -> bool:
        return reads >= times

    news = asyncio.create_task(IdentityNews(redis, TokenWatch(Tokens(redis, settings)), read_secrets).run())
    await eventually(lambda: has_read(1))

    await rotate_secret(redis)
    await eventually(lambda: has_read(2))

    answer = await asyncio.to_thread(visitor.get, "/")
    assert answer.json() == [viewer, flow]
    assert "set-cookie" in answer.headers
    news.cancel()
    with suppress(asyncio.CancelledError):
        await news


# What is open by a cookie ------------------------------------------------------------------------------------------


class Opened:
    """A WebSocket or an answer that streams, open by a cookie, with all that was sent on it."""

    def __init__(self, middleware: ViewerMiddleware, kind: str, cookie: str | None) -> None:
        self.sent: list[Message] = []
        scope: dict[str, Any] = {"type": kind, "method": "GET", "path": "/graphql", "client": ("192.0.2.1", 1)}
        scope["scheme"] = "http" if kind == "http" else "ws"
        scope["headers"] = [(b"cookie", f"{COOKIE}={cookie}".encode())] if cookie else []
        self.task = asyncio.create_task(middleware(scope, self._receive, self._send))

    async def _receive(self) -> Message:
        await asyncio.Event().wait()
        return {}

    async def _send(self, message: Message) -> None:
        self.sent.append(message)

    async def is_open(self) -> bool:
        return bool(self.sent) and not self.task.done()


def staying(redis: Redis, settings: Settings, *secrets: str) -> ViewerMiddleware:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = [(b"content-type", b"text/event-stream")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
        else:
            await send({"type": "websocket.accept", "headers": []})
        await receive()

    middleware = ViewerMiddleware(app, tokens=TokenWatch(Tokens(redis, settings)))
    middleware.use_secrets(secrets)
    return middleware


def cookie_of(*secrets: str) -> str:
    return ViewerCookie(secrets).sign(new_id("viewer"))


@pytest.mark.parametrize(
    ("kind", "end"),
    [
        ("websocket", {"type": "websocket.close", "code": 4403, "reason": "The cookie is not valid any more."}),
        ("http", {"type": "http.response.body", "body": b"", "more_body": False}),
    ],
)
async def test_what_is_open_by_a_cookie_ends_when_its_secret_is_dropped(
    redis: Redis, settings: Settings, kind: str, end: Message
) -> None:
    middleware = staying(redis, settings, NEW, OLD)
    of_old, of_new = Opened(middleware, kind, cookie_of(OLD)), Opened(middleware, kind, cookie_of(NEW))
    first_contact = Opened(middleware, kind, None)
    for each in (of_old, of_new, first_contact):
        await eventually(each.is_open)

    middleware.use_secrets([NEW])

    await asyncio.wait_for(of_old.task, 5)
    assert of_old.sent[-1] == end
    for each in (of_new, first_contact):
        assert await each.is_open()

    middleware.use_secrets(["another-secret-of-the-test"])

    await asyncio.wait_for(asyncio.gather(of_new.task, first_contact.task), 5)
    assert middleware._by_cookies == {}


async def test_rotating_and_keeping_the_old_one_ends_nothing(redis: Redis, settings: Settings) -> None:
    middleware = staying(redis, settings, OLD)
    open_by_cookie = Opened(middleware, "websocket", cookie_of(OLD))
    await eventually(open_by_cookie.is_open)

    middleware.use_secrets([NEW, OLD])
    for _ in range(3):
        await asyncio.sleep(0)

    assert await open_by_cookie.is_open()
    open_by_cookie.task.cancel()


async def test_a_socket_that_showed_a_token_is_the_tokens(redis: Redis, settings: Settings) -> None:
    token, _ = await Tokens(redis, settings).make(new_id("viewer"), "program", [TokenScope.READ])

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scope[HOLDING_KEY].depends_on(token)
        await send({"type": "websocket.accept", "headers": []})
        await receive()

    middleware = ViewerMiddleware(app, OLD, TokenWatch(Tokens(redis, settings)))
    program = Opened(middleware, "websocket", None)
    await eventually(program.is_open)

    middleware.use_secrets([NEW])
    for _ in range(3):
        await asyncio.sleep(0)

    assert await program.is_open()
    program.task.cancel()
