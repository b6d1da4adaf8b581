"""What the API tells the workers through Redis: a job was enqueued, a job is cancelled."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress

from redis.asyncio import Redis
from redis.exceptions import RedisError

from i2v_core import keys


async def listen(redis: Redis, *, wake: Callable[[], None], cancel: Callable[[str], Awaitable[None]]) -> None:
    """Listen until cancelled. What is missed while Redis is away is found without it: by the look at the queue, and by
    the first report of a run that is not its job's any more.
    """
    while True:
        pubsub = redis.pubsub(ignore_subscribe_messages=True)
        try:
            await pubsub.subscribe(keys.CONTROL)
            wake()
            async for message in pubsub.listen():
                said = json.loads(message["data"])
                if said["type"] == "enqueued":
                    wake()
                elif said["type"] == "cancel":
                    await cancel(said["id"])
        except (RedisError, OSError):
            await asyncio.sleep(0.5)
        finally:
            with suppress(RedisError, OSError):
                await pubsub.aclose()  # type: ignore[no-untyped-call]
