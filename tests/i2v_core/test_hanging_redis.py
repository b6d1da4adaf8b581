"""A Redis that neither answers nor refuses: whatever is asked ends by a deadline with the usual answer, and goes on later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from redis.asyncio import Redis

from i2v_core import store
from i2v_core.errors import StoreUnavailable
from i2v_core.jobs import new_id
from i2v_core.settings import Settings
from i2v_core.signing import signing_secrets
from i2v_core.store import connect
from i2v_core.tokens import PREFIX, Tokens
from i2v_core.viewers import Scope
from tests.conftest import OwnRedis

VIEWER = new_id("viewer")

Ask = Callable[[Redis, Settings], Awaitable[object]]


@pytest.fixture
async def client(own_redis: OwnRedis, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Redis]:
    """A client with a connection that is open when Redis hangs, and a deadline that a test can wait for."""
    monkeypatch.setattr(store, "_DEADLINE_SECONDS", 2.0)
    client = connect(own_redis.url)
    await client.ping()
    yield client
    await client.aclose()


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda redis, settings: Tokens(redis, settings).used(PREFIX + "a" * 43), id="a script"),
        pytest.param(lambda redis, settings: signing_secrets(redis, settings), id="a command"),
    ],
)
async def test_what_is_asked_of_a_redis_that_hangs_ends_by_the_deadline(
    own_redis: OwnRedis, client: Redis, settings: Settings, ask: Ask
) -> None:
    own_redis.freeze(True)
    # Several at once: one has the connection that is open, the others wait for theirs.
    outcomes = await asyncio.wait_for(
        asyncio.gather(*(ask(client, settings) for _ in range(3)), return_exceptions=True), 15
    )
    own_redis.freeze(False)

    assert [type(outcome) for outcome in outcomes] == [StoreUnavailable] * 3
    await ask(client, settings)


async def test_a_pipeline_ends_by_the_deadline(own_redis: OwnRedis, client: Redis, settings: Settings) -> None:
    tokens = Tokens(client, settings)
    made, _ = await tokens.make(VIEWER, "program", [Scope.READ])
    own_redis.freeze(True)

    with pytest.raises(StoreUnavailable):
        await asyncio.wait_for(tokens.which_live([made]), 15)

    own_redis.freeze(False)
    assert await tokens.which_live([made]) == {made.id}


async def test_whoever_is_cancelled_meanwhile_is_cancelled(
    own_redis: OwnRedis, client: Redis, settings: Settings
) -> None:
    own_redis.freeze(True)
    task = asyncio.ensure_future(Tokens(client, settings).used(PREFIX + "a" * 43))
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 15)
