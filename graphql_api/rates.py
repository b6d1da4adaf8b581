"""How often somebody may ask: operations a minute, of a viewer and of all that share an address (or a /64 of IPv6).

Both are counted by `limits` in Redis, with its sliding window counter: two small numbers a name, and no burst at the turn
of the minute. Both are asked in one round trip. Cookies and tokens cost nothing to make, so it is the address that
holds against whoever wants harm; the viewer's own bound keeps one program from using up what its house shares.

While Redis is away nobody is refused: hardly anything can be asked then, and what can is not worth an error to a page.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from graphql_api.context import Context
from graphql_api.scopes import graphql_error
from i2v_core import keys
from i2v_core.errors import Code, Limit, RateLimited
from i2v_core.http_refusals import refusal_response
from i2v_core.settings import Settings
from i2v_core.viewers import IDENTITY_KEY, Identity

#: Seconds for which Redis is not asked again after it did not answer: its own tries take half a second each time.
_AWAY_SECONDS = 1.0
#: Seconds after which a Redis that does not answer counts as away: everybody's request waits for it, also what needs none.
_PATIENCE_SECONDS = 1.0
#: Seconds for which whoever was refused is refused without asking Redis: no less than they were told to wait.
_REFUSED_SECONDS = 1.0
#: Refusals remembered at once.
_MOST_REFUSED = 10_000


class PairStorage(RedisStorage):
    """The library's storage on a pool of ours, that can ask for several counters in one round trip."""

    def __init__(self, redis: Redis) -> None:
        # It is typed for what an address can hold; the address itself is not used where there is a pool.
        pool: Any = redis.connection_pool
        super().__init__("async+redis://", implementation="redispy", key_prefix=keys.RATE_PREFIX, connection_pool=pool)
        self._redis = redis

    async def acquire_all(self, wanted: Sequence[tuple[RateLimitItem, str]]) -> list[bool]:
        """Count one for each, and whether each was within its bound."""
        try:
            return await self._ask(wanted)
        except NoScriptError:  # a Redis that was started anew
            await self._redis.script_load(self.bridge.SCRIPT_ACQUIRE_SLIDING_WINDOW)
            return await self._ask(wanted)

    async def _ask(self, wanted: Sequence[tuple[RateLimitItem, str]]) -> list[bool]:
        script: Any = self.bridge.lua_acquire_sliding_window  # type: ignore[attr-defined]
        async with self._redis.pipeline(transaction=False) as pipe:
            for item, name in wanted:
                key = item.key_for(name)
                pipe.evalsha(
                    script.sha,
                    2,
                    self.bridge.prefixed_key(self._previous_window_key(key)),
                    self.bridge.prefixed_key(self._current_window_key(key)),
                    str(item.amount),
                    str(item.get_expiry()),
                    "1",
                )
            return [bool(answer) for answer in await pipe.execute()]


class Rates:
    """Counts operations and says when it is enough."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self._storage = PairStorage(redis)
        self._limiter = SlidingWindowCounterRateLimiter(self._storage)
        self._viewer = RateLimitItemPerMinute(settings.operations_per_minute)
        self._address = RateLimitItemPerMinute(settings.operations_per_minute_per_address)
        self._away_until = 0.0
        #: Until when (monotonic) a viewer or an address need not be counted to be refused, and how.
        self._refused: dict[str, tuple[float, RateLimited]] = {}

    async def count(self, identity: Identity) -> None:
        """Count an operation. Raises `RateLimited`."""
        await self._count([(self._viewer, f"viewer/{identity.viewer}"), (self._address, f"flow/{identity.flow}")])

    async def count_address(self, flow: str) -> None:
        """Count what is asked before it is known who asks. Nobody is meant where there is no address. Raises `RateLimited`."""
        if flow:
            await self._count([(self._address, f"flow/{flow}")])

    async def _count(self, wanted: Sequence[tuple[RateLimitItem, str]]) -> None:
        if (now := time.monotonic()) < self._away_until:
            return
        for _, name in wanted:
            if (refused := self._refused.get(name)) and refused[0] > now:
                raise refused[1].with_traceback(None)  # or it would grow by each raise
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                granted = await self._storage.acquire_all(wanted)
                if all(granted):
                    return
                item, name = wanted[granted.index(False)]
                # The library says when the next is let in; a refusal may cost a second round trip.
                again_at = (await self._limiter.get_window_stats(item, name)).reset_time
        except (RedisError, OSError):  # a TimeoutError is an OSError
            self._away_until = time.monotonic() + _AWAY_SECONDS
            return
        refusal = _refusal(item, item is self._viewer, max(_REFUSED_SECONDS, again_at - time.time()))
        if len(self._refused) >= _MOST_REFUSED:
            self._refused.clear()
        self._refused[name] = now + _REFUSED_SECONDS, refusal
        raise refusal


def _refusal(item: RateLimitItem, is_viewers: bool, wait: float) -> RateLimited:
    who = "You have" if is_viewers else "Your address has"
    return RateLimited(
        f"{who} asked {item.amount} times in a minute, and that is as often as is answered.",
        f"Wait {wait:.0f} seconds, and then ask less often. Subscribe to changes rather than asking again and again.",
        code=Code.RATE_LIMITED,
        limit=Limit("operations a minute" + ("" if is_viewers else " of an address"), item.amount, "operations"),
        retry_after=wait,
    )


class Counted:
    """ASGI app that counts each HTTP request to another one before any of it is read. Above the bound: 429.

    The operations on a WebSocket are counted one by one, by `count_on_socket`.
    """

    def __init__(self, app: ASGIApp, rates: Rates) -> None:
        self.app = app
        self._rates = rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] != "OPTIONS":
            try:
                await self._rates.count(scope[IDENTITY_KEY])
            except RateLimited as error:
                await refusal_response(scope, error, 429)(scope, receive, send)
                return
        await self.app(scope, receive, send)


class CountedHandshakes:
    """ASGI app that counts each WebSocket that is opened to another one, by its address alone. Above the bound: 429.

    The page's socket: a viewer's pages are not to use up what the viewer may ask, but each is paid for with memory.
    """

    def __init__(self, app: ASGIApp, rates: Rates) -> None:
        self.app = app
        self._rates = rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            try:
                await self._rates.count_address(scope[IDENTITY_KEY].flow)
            except RateLimited as error:
                await refusal_response(scope, error, 429)(scope, receive, send)
                return
        await self.app(scope, receive, send)


def counted(routes: Sequence[Route], rates: Rates) -> list[Route]:
    """The same routes, each request to them counted."""
    for route in routes:
        route.app = Counted(route.app, rates)
    return list(routes)


async def count_on_socket(context: Context) -> None:
    """Count an operation that came over a WebSocket; over HTTP the request was counted. Raises `GraphQLError`."""
    if context.connection_params is not None:
        try:
            await context.services.rates.count(context.identity)
        except RateLimited as error:
            raise graphql_error(error) from None
