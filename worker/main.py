"""The worker process, put together: one slot, its renderer, its sign of life, the sweep."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress

from redis.asyncio import Redis
from redis.exceptions import RedisError

from i2v_core.errors import StartRefused
from i2v_core.logs import configure_logging, get_logger
from i2v_core.media import MediaStore
from i2v_core.queue import JobQueue
from i2v_core.settings import Settings, load_settings
from i2v_core.store import UNAVAILABLE, connect, redis_url
from i2v_core.tasks import ended
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
    return asyncio.run(_work(settings))


async def _work(settings: Settings) -> int:
    redis = connect(redis_url(settings))
    queue = JobQueue(redis, settings)
    media = MediaStore.of(settings)
    renderer = Renderer()
    presence = Presence(queue, settings.model_seconds)
    maker = VideoMaker(queue, media, renderer, presence)
    worker = SlotWorker(settings, queue, maker.make)
    stopping = asyncio.Event()
    worker.on_stop = lambda _: stopping.set()
    try:
        ready = await renderer.start()
    except RenderDied as error:
        raise StartRefused(f"The model {settings.model!r} cannot be loaded: {error}.") from None
    presence.model_is(ready.model)
    log.info("worker_ready", model=ready.model, pid=os.getpid())
    beside = [
        asyncio.create_task(presence.beat(), name="presence"),
        asyncio.create_task(listen(redis, wake=worker.wake, cancel=maker.cancel), name="control"),
        asyncio.create_task(sweep_forever(queue, media), name="sweep"),
    ]
    broken: list[str] = []

    def end_if_broken(task: asyncio.Task[None]) -> None:
        # Without its sign of life or its ears a worker would only seem to work: it goes, and is started again.
        if not task.cancelled():
            log.error("worker_broke", part=task.get_name(), exc_info=task.exception())
            broken.append(task.get_name())
            worker.handle_sig(signal.SIGINT)

    for task in beside:
        task.add_done_callback(end_if_broken)
    try:
        if await _until_it_answers(redis, stopping):
            with suppress(asyncio.CancelledError):
                await worker.async_run()
        with suppress(RedisError):  # arq takes its leave of Redis, which may not be there
            await worker.close()
    finally:
        await ended(*beside)
        await renderer.close()
        await redis.aclose()
        log.info("worker_stopped", pid=os.getpid())
    return 1 if broken else 0


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
