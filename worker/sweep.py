"""Tidying, at start and every minute: media whose job's lifetime is over leave the disk, and what disagrees is mended."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from redis.exceptions import RedisError

from i2v_core.errors import StoreUnavailable
from i2v_core.logs import get_logger
from i2v_core.media import MediaStore
from i2v_core.mending import mend_all
from i2v_core.queue import JobQueue

log = get_logger("worker")

_EVERY_SECONDS = 60.0
#: Younger folders may be those of an upload that is just being taken in and has no job yet.
_YOUNG_SECONDS = 600.0


async def sweep_forever(queue: JobQueue, media: MediaStore) -> None:
    """Sweep at start and every minute until cancelled. Several workers may do so at once."""
    while True:
        with suppress(StoreUnavailable, RedisError, OSError):
            try:
                if swept := await sweep(queue, media, older_than=_YOUNG_SECONDS):
                    log.info("media_swept", jobs=swept)
                if mended := await mend_all(queue):
                    log.warning("queue_mended", jobs=mended)
            except (KeyError, ValueError, TypeError) as error:
                # A document that cannot be read must not end the worker: the others are still to be made.
                log.error("document_not_understood", reason=repr(error)[:200])
        await asyncio.sleep(_EVERY_SECONDS)


async def sweep(queue: JobQueue, media: MediaStore, *, older_than: float) -> int:
    """Delete the media of jobs that are gone and were last changed `older_than` seconds ago; how many there were."""
    border = time.time() - older_than
    old = [job_id for job_id, changed in await asyncio.to_thread(lambda: list(media.job_ids())) if changed < border]
    gone = [job_id for job_id, job in zip(old, await queue.get_many(old) if old else [], strict=True) if job is None]
    for job_id in gone:
        await asyncio.to_thread(media.delete, job_id)
    return len(gone)
