"""The worker process, put together: one slot, its renderer, its sign of life, the sweep."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress

from redis.asyncio import Redis

from i2v_core.errors import StartRefused
from i2v_core.logs import configure_logging, get_logger
from i2v_core.media import MediaStore
from i2v_core.queue import JobQueue
from i2v_core.settings import Settings, load_settings
from i2v_core.store import UNAVAILABLE, connect, redis_url
from worker.control import listen
from worker.presence import Presence
from worker.renderer import RenderDied, Renderer
from worker.slot import SlotWorker
from worker.sweep import sweep_forever
from worker.video_maker import VideoMaker

log = get_logger("worker")


def run() -> int:
    """Run a worker until it is told to stop: SIGTERM drains, SIGINT puts the job back. The exit code.

    Raises `StartRefused` if it cannot start.
    """
    settings = load_settings()
    configure_logging(settings)
    with suppress(asyncio.CancelledError):
        asyncio.run(_work(settings))
    return 0


async def _work(settings: Settings) -> None:
    redis = connect(redis_url(settings))
    queue = JobQueue(redis, settings)
    media = MediaStore(settings.media_path)
    renderer = Renderer()
    presence = Presence(queue, settings.model_seconds)
    maker = VideoMaker(queue, media, renderer, presence)
    worker = SlotWorker(settings, maker.make)
    stopping = asyncio.Event()
    worker.on_stop = lambda _: stopping.set()
    try:
        ready = await renderer.start()
    except RenderDied as error:
        raise StartRefused(f"The model {settings.model!r} cannot be loaded: {error}.") from None
    log.info("worker_ready", model=ready.model, pid=os.getpid())
    beside = [
        asyncio.create_task(presence.beat()),
        asyncio.create_task(listen(redis, wake=worker.wake, cancel=maker.cancel)),
        asyncio.create_task(sweep_forever(queue, media)),
    ]
    try:
        if await _until_it_answers(redis, stopping):
            with suppress(asyncio.CancelledError):
                await worker.async_run()
        await worker.close()
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await renderer.close()
        await redis.aclose()
        log.info("worker_stopped", pid=os.getpid())


async def _until_it_answers(redis: Redis, stopping: asyncio.Event) -> bool:
    """Wait for Redis: a worker that is started first, or in an outage, must not die of it. False if told to stop."""
    said = False
    while not stopping.is_set():
        try:
            await redis.ping()
            return True
        except UNAVAILABLE:
            if not said:
                log.warning("waiting_for_redis")
            said = True
            await asyncio.sleep(0.1)
    return False
