"""What the API tells the workers through Redis: a job was enqueued, a job is cancelled."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

from redis.asyncio import Redis
from redis.exceptions import RedisError

from i2v_core import keys
from i2v_core.store import messages, subscribed


async def listen(redis: Redis, *, wake: Callable[[], None], cancel: Callable[[str], Awaitable[None]]) -> None:
    """Listen until cancelled. What is missed while Redis is away is found without it: by the look at the queue, and by
    the first report of a run that is not its job's any more.
    """
    while True:
        try:
            async with subscribed(redis, keys.CONTROL) as pubsub:
                wake()
                async for text in messages(pubsub):
                    said = json.loads(text)
                    if said["type"] == "enqueued":
                        wake()
                    elif said["type"] == "cancel":
                        await cancel(said["id"])
        except (RedisError, OSError):
            await asyncio.sleep(0.5)
