"""The connection to Redis and the scripts that run in it."""

from __future__ import annotations

import asyncio
import builtins
from collections.abc import AsyncGenerator, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from importlib.resources import files
from typing import Any, Final

from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.client import Pipeline, PubSub
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import BusyLoadingError, ConnectionError, RedisError, ResponseError, TimeoutError

from i2v_core.errors import StoreUnavailable
from i2v_core.settings import Settings
from i2v_core.tasks import heed_cancellation

#: Errors after which the same call may go through a moment later.
UNAVAILABLE = (ConnectionError, TimeoutError, BusyLoadingError)
#: What an answer begins with (or, out of a script, contains) when Redis takes no writes for now: out of memory, disk
#: full, being replaced by another.
_NO_WRITES = ("OOM ", "MISCONF ", "READONLY ", "LOADING ", "MASTERDOWN ", "NOREPLICAS ")
#: Seconds without an answer after which a connection counts as dead. No command here takes a tenth of one.
_ANSWER_SECONDS = 5.0
#: Seconds after which a command is given up, with all its tries: each of them may wait for its answer, and for a connection.
_DEADLINE_SECONDS = 6.0

#: How every connection is made.
CONNECTION: Final[dict[str, Any]] = {
    # The retry class must be the asyncio one: the synchronous one is accepted and does nothing.
    "retry": Retry(ExponentialBackoff(cap=0.3, base=0.05), 3),
    "retry_on_error": list(UNAVAILABLE),
    "socket_connect_timeout": 3,
    "socket_timeout": _ANSWER_SECONDS,
    "health_check_interval": 15,
}


@contextmanager
def store_errors() -> Iterator[None]:
    """Turn every error that says "not now" into `StoreUnavailable`; an error of ours passes as it is."""
    try:
        yield
    except UNAVAILABLE as error:
        raise StoreUnavailable from error
    except ResponseError as error:
        if any(word in f"{type(error).__name__} {error} " for word in (*_NO_WRITES, "OutOfMemory", "ReadOnly")):
            raise StoreUnavailable from error
        raise


def connect(url: str) -> Redis:
    """A client with a pool of its own; text in and out.

    It tries again three times within about half a second (a restart of Redis takes less), then raises one of
    `UNAVAILABLE`. So it does 6 s after the command was given if Redis neither refuses nor answers.
    """
    client: Redis = _Punctual.from_url(url, decode_responses=True, **CONNECTION)
    return client


async def _in_time(answer: Coroutine[Any, Any, Any]) -> Any:
    task = asyncio.current_task()
    told_before = task.cancelling() if task is not None else 0
    try:
        async with asyncio.timeout(_DEADLINE_SECONDS) as deadline:
            got = await answer
    except builtins.TimeoutError:
        if deadline.expired():
            raise TimeoutError(f"no answer within {_DEADLINE_SECONDS:.0f} s") from None
        raise
    # redis-py sends by `wait_for`, which on Python 3.11 loses a cancellation that comes just when it is done. A worker
    # that was told to stop would then go on for good.
    heed_cancellation(told_before)
    return got


class _PunctualPipeline(Pipeline):
    async def execute(self, raise_on_error: bool = True) -> list[Any]:
        answers: list[Any] = await _in_time(super().execute(raise_on_error))
        return answers


class _Punctual(Redis):
    """Commands and pipelines, scripts among them, that end by the deadline. Subscriptions have none."""

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        return await _in_time(super().execute_command(*args, **options))  # type: ignore[no-untyped-call]

    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> Pipeline:
        return _PunctualPipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)


def redis_url(settings: Settings) -> str:
    """The configured Redis. `i2v up` sets it for its children when it starts an embedded one."""
    return settings.redis_url or "redis://127.0.0.1:6379/0"


class Scripts:
    """The Lua scripts of `i2v_core/lua`, each run as one atomic step under its file's name.

    `order.lua` and `prelude.lua` are no scripts: every script has their functions.
    """

    def __init__(self, redis: Redis) -> None:
        folder = files("i2v_core") / "lua"
        shared = ("order", "prelude")
        prelude = "".join((folder / f"{name}.lua").read_text() for name in shared)
        self._scripts = {
            entry.name.removesuffix(".lua"): redis.register_script(prelude + entry.read_text())
            for entry in folder.iterdir()
            if entry.name.endswith(".lua") and entry.name.removesuffix(".lua") not in shared
        }

    async def run(self, name: str, keys: Sequence[str], args: Sequence[str | int | float]) -> Any:
        """Run a script. Raises `StoreUnavailable` if Redis cannot be reached."""
        with store_errors():
            return await self._scripts[name](keys=list(keys), args=list(args))


@asynccontextmanager
async def subscribed(redis: Redis, channel: str) -> AsyncGenerator[PubSub, None]:
    """A subscription on a connection of its own, made as `redis` makes its own but for one thing: it is not repaired.

    redis-py would connect and subscribe again without a word, and whatever was published meanwhile would be missed.
    """
    pool = redis.connection_pool
    made = {**pool.connection_kwargs, "retry": None, "retry_on_error": []}
    client = Redis(connection_pool=ConnectionPool(pool.connection_class, **made))
    pubsub = client.pubsub()
    try:
        await pubsub.subscribe(channel)
        yield pubsub
    finally:
        with suppress(RedisError, OSError):
            await pubsub.aclose()  # type: ignore[no-untyped-call]
            await client.aclose(close_connection_pool=True)


async def messages(pubsub: PubSub) -> AsyncGenerator[str, None]:
    """What is published on the channels that `pubsub` is subscribed to, until the connection breaks.

    A connection that is silent is pinged, and one that does not answer that raises `redis.exceptions.TimeoutError`: a
    peer that vanished without a word would be waited for until the end of days.
    """
    silent = False
    while True:
        message = await pubsub.get_message(timeout=_ANSWER_SECONDS)
        if message is not None:
            silent = False
            if message["type"] == "message":
                yield message["data"]
        elif silent:
            raise TimeoutError("no answer to a ping")
        else:
            silent = True
            await pubsub.ping()
