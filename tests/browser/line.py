"""The line of a running server, looked at and emptied from beside it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from redis import Redis as SyncRedis

from i2v_cli.present_redis import present_redis
from i2v_core import keys
from i2v_core.queue import JobQueue
from i2v_core.settings import Settings
from i2v_core.store import connect
from tests.browser.visiting import Server


def empty_the_line(server: Server) -> None:
    """Cancel whatever waits or is being made, whoever's it is."""
    settings = Settings(data_dir=server.data)
    url = present_redis(settings)
    with SyncRedis.from_url(url) as client:
        if not client.zcard(keys.QUEUE):
            return
    with ThreadPoolExecutor(1) as beside:  # in the thread of the tests Playwright's own loop is running
        beside.submit(asyncio.run, _cancel_all(url, settings)).result()


async def _cancel_all(url: str, settings: Settings) -> None:
    redis = connect(url)
    try:
        queue = JobQueue(redis, settings)
        for job in await queue.get_many(await redis.zrange(keys.QUEUE, 0, -1)):
            if job is not None:
                await queue.cancel(job.id, job.viewer)
    finally:
        await redis.aclose()
