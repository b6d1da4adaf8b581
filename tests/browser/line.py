"""The line of a running server, emptied and paused from beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

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
    _do(_cancel_all, url, settings)


@contextmanager
def paused_line(server: Server) -> Iterator[None]:
    """The queue of everybody is paused until the block ends."""
    settings = Settings(data_dir=server.data)
    url = present_redis(settings)
    _do(lambda queue: queue.pause(True), url, settings)
    try:
        yield
    finally:
        _do(lambda queue: queue.pause(False), url, settings)


def _do(what: Callable[[JobQueue], Coroutine[None, None, None]], url: str, settings: Settings) -> None:
    async def with_queue() -> None:
        redis = connect(url)
        try:
            await what(JobQueue(redis, settings))
        finally:
            await redis.aclose()

    with ThreadPoolExecutor(1) as beside:  # in the thread of the tests Playwright's own loop is running
        beside.submit(asyncio.run, with_queue()).result()


async def _cancel_all(queue: JobQueue) -> None:
    for job in await queue.get_many(await queue.redis.zrange(keys.QUEUE, 0, -1)):
        if job is not None:
            await queue.cancel(job.id, job.viewer)
