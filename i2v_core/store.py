"""The connection to Redis and the scripts that run in it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import BusyLoadingError, ConnectionError, RedisError, TimeoutError

from i2v_core import keys
from i2v_core.errors import StoreUnavailable
from i2v_core.settings import Settings

#: Errors after which the same call may go through a moment later.
UNAVAILABLE = (ConnectionError, TimeoutError, BusyLoadingError)


def connect(url: str) -> Redis:
    """A client with a pool of its own; text in and out.

    It tries again three times within about half a second (a restart of Redis takes less), then raises one of
    `UNAVAILABLE`. The retry class must be the asyncio one: the synchronous one is accepted and does nothing.
    """
    client: Redis = Redis.from_url(
        url,
        decode_responses=True,
        retry=Retry(ExponentialBackoff(cap=0.3, base=0.05), 3),
        retry_on_error=list(UNAVAILABLE),
        socket_connect_timeout=3,
        health_check_interval=15,
    )
    return client


def redis_url(settings: Settings) -> str:
    """The configured Redis. `i2v up` sets it for its children when it starts an embedded one."""
    return settings.redis_url or "redis://127.0.0.1:6379/0"


class Scripts:
    """The Lua scripts of `i2v_core/lua`, each run as one atomic step under its file's name."""

    def __init__(self, redis: Redis) -> None:
        folder = files("i2v_core") / "lua"
        prelude = (folder / "prelude.lua").read_text()
        self._scripts = {
            entry.name.removesuffix(".lua"): redis.register_script(prelude + entry.read_text())
            for entry in folder.iterdir()
            if entry.name.endswith(".lua") and entry.name != "prelude.lua"
        }

    async def run(self, name: str, keys: Sequence[str], args: Sequence[str | int | float]) -> Any:
        """Run a script. Raises `StoreUnavailable` if Redis cannot be reached."""
        try:
            return await self._scripts[name](keys=list(keys), args=list(args))
        except UNAVAILABLE as error:
            raise StoreUnavailable from error


async def signing_secret(redis: Redis, settings: Settings) -> str:
    """The secret that signs cookies: the configured one, or one that the first process to ask makes for all.

    Raises `StoreUnavailable`.
    """
    if settings.secret:
        return settings.secret
    try:
        await redis.set(keys.SECRET, secrets.token_urlsafe(32), nx=True)
        return str(await redis.get(keys.SECRET))
    except RedisError as error:
        raise StoreUnavailable from error
