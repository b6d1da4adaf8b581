"""What is open with a token, when a second one is shown, when news and opening cross, and when one entry is no good."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict

import pytest
from redis.asyncio import Redis

from i2v_core import token_watch
from i2v_core.jobs import new_id
from i2v_core.settings import Settings
from i2v_core.token_watch import Holding, TokenWatch
from i2v_core.tokens import PREFIX, Token, Tokens
from i2v_core.viewers import Scope

VIEWER = new_id("viewer")


@pytest.fixture
def watch(redis: Redis, settings: Settings) -> TokenWatch:
    return TokenWatch(Tokens(redis, settings))


def a_token(expires_at: float | None = None) -> Token:
    return Token(new_id("token"), VIEWER, "program", frozenset({Scope.READ}), time.time(), None, expires_at)


async def stay(holding: Holding, *tokens: Token) -> bool:
    """Be open with one token after the other; whether it was ended."""
    try:
        async with holding:
            for token in tokens:
                holding.depends_on(token)
            await asyncio.Event().wait()
    except TimeoutError:
        return holding.was_ended
    return False


async def opened(watch: TokenWatch, *tokens: Token) -> asyncio.Task[bool]:
    task = asyncio.create_task(stay(Holding(watch), *tokens))
    await asyncio.sleep(0)  # it runs to where it waits
    return task


async def test_of_two_tokens_the_later_one_counts(watch: TokenWatch) -> None:
    first, second = a_token(), a_token()
    task = await opened(watch, first, second)

    watch.end([first.id])
    for _ in range(3):
        await asyncio.sleep(0)
    assert not task.done()

    watch.end([second.id])
    assert await asyncio.wait_for(task, 5)
    assert watch._held == {}


async def test_nothing_is_kept_of_either_token_of_what_has_closed(watch: TokenWatch) -> None:
    holding = Holding(watch)
    async with holding:
        holding.depends_on(a_token())
        holding.depends_on(a_token())

    assert watch._held == {}


async def test_a_second_token_without_an_end_has_none(watch: TokenWatch) -> None:
    holding = Holding(watch)
    async with holding:
        holding.depends_on(a_token(time.time() + 60))
        assert holding._limit.when() is not None
        holding.depends_on(a_token())
        assert holding._limit.when() is None


async def test_one_that_is_over_does_not_keep_the_others_from_ending(watch: TokenWatch) -> None:
    token, over = a_token(), Holding(watch)
    async with over:
        pass
    watch._held = defaultdict(set, {"token_x": {over}})
    task = await opened(watch, token)

    watch.end(["token_x"])
    watch.end([token.id])

    assert await asyncio.wait_for(task, 5)
    assert not over.was_ended
    over.depends_on(token)
    assert token.id not in watch._held


@pytest.mark.parametrize("seconds", [None, 3600.0])
async def test_a_token_that_was_revoked_before_it_was_held_ends_it(watch: TokenWatch, seconds: float | None) -> None:
    token = a_token(None if seconds is None else time.time() + seconds)
    watch.end([token.id])

    task = await opened(watch, token)

    assert await asyncio.wait_for(task, 5)


async def test_what_was_no_token_is_not_looked_for_at_each_request(watch: TokenWatch, redis: Redis) -> None:
    wrong = PREFIX + "a" * 43
    await watch.find(wrong, "address_x")  # loads the script
    watch._refused.clear()
    await redis.config_resetstat()

    assert [await watch.find(wrong, "address_x") for _ in range(50)] == [None] * 50

    assert (await redis.info("commandstats"))["cmdstat_evalsha"]["calls"] == 1


async def test_of_what_was_no_token_only_so_many_are_remembered(
    watch: TokenWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_watch, "_MOST_REMEMBERED", 3)

    for number in range(10):
        await watch.find(f"{PREFIX}{number:043}", "address_x")

    assert len(watch._refused) == 3
