"""API tokens: made once, kept as a hash, found for as long as they are neither revoked nor over, and ended everywhere."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import pytest
from redis.asyncio import Redis

from i2v_core import keys
from i2v_core.errors import Code, Forbidden, TokenRefused
from i2v_core.identity_news import IdentityNews
from i2v_core.jobs import new_id
from i2v_core.settings import Settings
from i2v_core.store import connect
from i2v_core.token_watch import Holding, TokenWatch
from i2v_core.tokens import Tokens
from i2v_core.viewer_middleware import identity_of
from i2v_core.viewers import Scope
from tests.conftest import OwnRedis, eventually

VIEWER = new_id("viewer")


@pytest.fixture
def tokens(redis: Redis, settings: Settings) -> Tokens:
    return Tokens(redis, settings)


async def test_a_token_is_found_by_its_secret_with_its_scopes(tokens: Tokens) -> None:
    made, secret = await tokens.make(VIEWER, " night job ", [Scope.READ, Scope.PLAY])

    found = await tokens.used(secret)

    assert found is not None
    assert (found.id, found.viewer, found.name) == (made.id, VIEWER, "night job")
    assert found.scopes == {Scope.READ, Scope.PLAY}
    assert secret.startswith("i2v_")
    assert len(secret) == 47


async def test_the_secret_is_nowhere_in_redis_and_its_hash_is_not_the_token(tokens: Tokens, redis: Redis) -> None:
    _, secret = await tokens.make(VIEWER, "program", [Scope.READ])
    hashed = hashlib.sha256(secret.encode()).hexdigest()

    everything = [await redis.dump(key) for key in await redis.keys()]

    assert everything
    assert not any(secret[4:].encode() in bytes(dump or b"") for dump in everything)
    assert await tokens.used(hashed) is None
    assert await tokens.used("i2v_" + hashed[:43]) is None


@pytest.mark.parametrize(
    "given", ["", "i2v_", "i2v_" + "a" * 43, "i2v_" + "ä" * 43, "x" * 100_000, "i2v_\n" + "a" * 42]
)
async def test_what_is_no_token_finds_none(tokens: Tokens, given: str) -> None:
    await tokens.make(VIEWER, "program", [Scope.READ])

    assert await tokens.used(given) is None


async def test_a_use_is_noted(tokens: Tokens) -> None:
    made, secret = await tokens.make(VIEWER, "program", [Scope.READ])
    before = await tokens.of_viewer(VIEWER)

    await tokens.used(secret)
    after = await tokens.of_viewer(VIEWER)

    assert [token.last_used_at for token in before] == [None]
    assert after[0].last_used_at == pytest.approx(time.time(), abs=5)
    assert after[0].id == made.id


async def test_a_revoked_token_finds_none_and_leaves_nothing(tokens: Tokens, redis: Redis) -> None:
    made, secret = await tokens.make(VIEWER, "program", [Scope.READ])

    assert not await tokens.revoke(new_id("viewer"), made.id), "another viewer's"
    assert await tokens.used(secret) is not None
    assert await tokens.revoke(VIEWER, made.id)

    assert await tokens.used(secret) is None
    assert await tokens.of_viewer(VIEWER) == []
    assert not await tokens.revoke(VIEWER, made.id), "twice"
    assert await redis.keys("i2v:*token*") == []


async def test_an_expired_token_finds_none_and_goes_by_itself(tokens: Tokens, redis: Redis) -> None:
    made, secret = await tokens.make(VIEWER, "program", [Scope.READ], time.time() + 2)

    async def is_gone() -> bool:
        return await tokens.used(secret) is None

    assert not await is_gone()
    await eventually(is_gone)
    assert await tokens.of_viewer(VIEWER) == []
    assert await tokens.which_live([made]) == set()
    await eventually(lambda: nothing(redis))


async def test_one_without_an_end_lives_a_year_from_its_last_use(tokens: Tokens, redis: Redis) -> None:
    _, secret = await tokens.make(VIEWER, "program", [Scope.READ])
    key = keys.token(hashlib.sha256(secret.encode()).hexdigest())
    await redis.expire(key, 100)
    await redis.expire(keys.viewer_tokens(VIEWER), 50)

    await tokens.used(secret)

    assert await redis.ttl(key) > 364 * 24 * 3600
    assert await redis.ttl(keys.viewer_tokens(VIEWER)) > 364 * 24 * 3600


async def test_a_viewer_has_so_many_and_one_that_is_over_makes_room(settings: Settings, redis: Redis) -> None:
    tokens = Tokens(redis, settings.model_copy(update={"tokens_per_viewer": 2}))
    await tokens.make(VIEWER, "one", [Scope.READ], time.time() + 2)
    await tokens.make(VIEWER, "two", [Scope.READ])

    with pytest.raises(TokenRefused) as refused:
        await tokens.make(VIEWER, "three", [Scope.READ])
    await tokens.make(new_id("viewer"), "another viewer's", [Scope.READ])

    assert refused.value.code is Code.TOO_MANY_API_TOKENS
    assert refused.value.limit is not None
    assert refused.value.limit.value == 2

    async def there_is_room() -> bool:
        with suppress(TokenRefused):
            await tokens.make(VIEWER, "three", [Scope.READ])
            return True
        return False

    await eventually(there_is_room, 5)


async def test_many_that_are_made_at_once_do_not_pass_the_bound(settings: Settings, redis: Redis) -> None:
    tokens = Tokens(redis, settings.model_copy(update={"tokens_per_viewer": 5}))

    outcomes = await asyncio.gather(
        *(tokens.make(VIEWER, f"{i}", [Scope.READ]) for i in range(20)), return_exceptions=True
    )

    assert sum(isinstance(outcome, tuple) for outcome in outcomes) == 5
    assert len(await tokens.of_viewer(VIEWER)) == 5


@pytest.mark.parametrize(
    ("name", "scopes", "expires_in", "code"),
    [
        ("", [Scope.READ], None, Code.WRONG_TOKEN_NAME),
        (" \t ", [Scope.READ], None, Code.WRONG_TOKEN_NAME),
        ("x" * 101, [Scope.READ], None, Code.WRONG_TOKEN_NAME),
        ("two\nlines", [Scope.READ], None, Code.WRONG_TOKEN_NAME),
        ("program", [], None, Code.WRONG_TOKEN_SCOPES),
        ("program", [Scope.READ], -1, Code.WRONG_TOKEN_EXPIRY),
        ("program", [Scope.READ], 200 * 365 * 24 * 3600, Code.WRONG_TOKEN_EXPIRY),
    ],
)
async def test_what_makes_no_sense_is_refused(
    tokens: Tokens, name: str, scopes: list[Scope], expires_in: float | None, code: Code
) -> None:
    with pytest.raises(TokenRefused) as refused:
        await tokens.make(VIEWER, name, scopes, expires_in and time.time() + expires_in)

    assert refused.value.code is code


async def test_a_token_may_what_it_was_made_for_and_nothing_with_tokens(tokens: Tokens) -> None:
    made, _ = await tokens.make(VIEWER, "program", [Scope.READ])
    identity = identity_of(made, "address_x")

    identity.require(Scope.READ)
    for scope in (Scope.WRITE, Scope.PLAY):
        with pytest.raises(Forbidden, match=scope.value):
            identity.require(scope)
    with pytest.raises(Forbidden):
        identity.require_cookie()


# What is open ------------------------------------------------------------------------------------------------------


async def nothing_to_read() -> None:
    """Stands for the secrets, which are not what these tests are about."""


@pytest.fixture
async def watch(tokens: Tokens, redis: Redis) -> AsyncIterator[TokenWatch]:
    """A process that listens."""
    watch = TokenWatch(tokens)
    listening = asyncio.Event()

    async def connected() -> None:
        listening.set()

    task = asyncio.create_task(IdentityNews(redis, watch, connected).run())
    await asyncio.wait_for(listening.wait(), 10)
    yield watch
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def opened(watch: TokenWatch, secret: str) -> tuple[asyncio.Task[bool], Callable[[], Awaitable[bool]]]:
    """Something that is open for ever with the token; its task, which gives whether it was ended, and whether it is open."""
    is_open = asyncio.Event()

    async def stay() -> bool:
        holding = Holding(watch)
        try:
            async with holding:
                token = await watch.find(secret, "address_x")
                assert token is not None
                holding.depends_on(token)
                is_open.set()
                await asyncio.Event().wait()
        except TimeoutError:
            return holding.was_ended
        return False

    async def opened() -> bool:
        return is_open.is_set()

    return asyncio.create_task(stay()), opened


async def test_revoking_ends_what_is_open_with_it_and_nothing_else(tokens: Tokens, watch: TokenWatch) -> None:
    mine, my_secret = await tokens.make(VIEWER, "mine", [Scope.READ])
    _, other_secret = await tokens.make(VIEWER, "other", [Scope.READ])
    first, is_first_open = opened(watch, my_secret)
    second, is_second_open = opened(watch, my_secret)
    other, is_other_open = opened(watch, other_secret)
    for is_open in (is_first_open, is_second_open, is_other_open):
        await eventually(is_open)

    await tokens.revoke(VIEWER, mine.id)

    assert await asyncio.wait_for(asyncio.gather(first, second), 5) == [True, True]
    assert not other.done()
    assert await watch.find(my_secret, "address_x") is None, "it was remembered"
    assert await watch.find(other_secret, "address_x") is not None
    other.cancel()


async def test_expiry_ends_what_is_open_with_it(tokens: Tokens, watch: TokenWatch) -> None:
    _, secret = await tokens.make(VIEWER, "brief", [Scope.READ], time.time() + 2)
    task, is_open = opened(watch, secret)
    await eventually(is_open)

    assert await asyncio.wait_for(task, 30)


async def test_what_was_revoked_while_redis_was_away_is_ended_when_it_is_back(
    own_redis: OwnRedis, settings: Settings
) -> None:
    client = connect(own_redis.url)
    tokens = Tokens(client, settings)
    watch = TokenWatch(tokens)
    news = asyncio.create_task(IdentityNews(client, watch, nothing_to_read).run())
    made, secret = await tokens.make(VIEWER, "mine", [Scope.READ])
    task, is_open = opened(watch, secret)
    await eventually(is_open)

    # As another process would in the moment in which this one hears nothing.
    await client.delete(keys.viewer_tokens(VIEWER))
    own_redis.kill()
    own_redis.start()

    assert await asyncio.wait_for(task, 10)
    assert await tokens.which_live([made]) == set()
    news.cancel()
    with suppress(asyncio.CancelledError):
        await news
    await client.aclose()


async def test_a_token_that_ends_between_finding_and_holding_ends_it_too(tokens: Tokens, watch: TokenWatch) -> None:
    made, secret = await tokens.make(VIEWER, "mine", [Scope.READ])
    found = await watch.find(secret, "address_x")
    assert found is not None
    await tokens.revoke(VIEWER, made.id)

    async def is_heard() -> bool:
        return await watch.find(secret, "address_x") is None

    await eventually(is_heard)
    holding = Holding(watch)

    async def hold() -> None:
        async with holding:
            holding.depends_on(found)
            await asyncio.wait_for(asyncio.Event().wait(), 5)

    with pytest.raises(TimeoutError):
        await hold()

    assert holding.was_ended


async def test_nothing_is_kept_of_what_has_closed(tokens: Tokens, watch: TokenWatch) -> None:
    _, secret = await tokens.make(VIEWER, "mine", [Scope.READ])
    for _ in range(50):
        holding = Holding(watch)
        async with holding:
            token = await watch.find(secret, "address_x")
            assert token is not None
            holding.depends_on(token)

    assert watch._held == {}


async def nothing(client: Redis) -> bool:
    return await client.keys("i2v:*token*") == []
