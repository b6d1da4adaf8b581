"""Tidying, at start and every minute: files that nobody needs any more leave the disk, and what disagrees is mended."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from redis.exceptions import RedisError

from i2v_core import keys
from i2v_core.errors import StoreUnavailable
from i2v_core.jobs import JobState
from i2v_core.logs import get_logger
from i2v_core.media import MediaStore
from i2v_core.mending import mend_all
from i2v_core.queue import JobQueue
from i2v_core.settings import Settings
from i2v_core.store import store_errors

log = get_logger("worker")

_EVERY_SECONDS = 60.0
#: Younger files may be those of an upload that is just being taken in and has no job yet.
_YOUNG_SECONDS = 600.0
#: Jobs asked about in one round trip.
_AT_ONCE = 500


async def sweep_forever(queue: JobQueue, media: MediaStore) -> None:
    """Sweep at start and every minute until cancelled. Several workers may do so at once."""

    async def uploads() -> None:
        if swept := await sweep_uploads(media, older_than=longest_upload(queue.settings)):
            log.info("uploads_swept", files=swept)

    async def jobs() -> None:
        if swept := await sweep(queue, media, older_than=_YOUNG_SECONDS):
            log.info("media_swept", jobs=swept)

    async def entries() -> None:
        if mended := await mend_all(queue):
            log.warning("queue_mended", jobs=mended)

    while True:
        for tidy in (uploads, jobs, entries):
            # Each by itself: a disk that is in trouble keeps no job from being mended.
            with suppress(StoreUnavailable, RedisError, OSError):
                await tidy()
        await asyncio.sleep(_EVERY_SECONDS)


async def sweep(queue: JobQueue, media: MediaStore, *, older_than: float) -> int:
    """Delete the media of jobs that are gone and were last changed `older_than` seconds ago; how many there were.

    Of jobs that have ended, the segments of dead runs are deleted as well.
    """
    border = time.time() - older_than
    found = await asyncio.to_thread(lambda: list(media.job_ids()))
    count = 0
    for start in range(0, len(found), _AT_ONCE):
        portion = found[start : start + _AT_ONCE]
        there, held = await _ask(queue, [job_id for job_id, _ in portion])
        gone = [job_id for job_id, changed in portion if job_id not in there and changed < border]
        await asyncio.to_thread(media.delete_many, gone)
        await asyncio.to_thread(_drop_dead_runs, media, held)
        count += len(gone)
    return count


async def sweep_uploads(media: MediaStore, *, older_than: float) -> int:
    """Delete the files of uploads that were cut off by the end of their process; how many there were.

    They are strangers' pictures as they came, sealed by nothing.
    """
    return await asyncio.to_thread(media.drop_incoming, before=time.time() - older_than)


def longest_upload(settings: Settings) -> float:
    """Seconds after which a file that came in cannot be one that is still to be decoded, with a wide margin."""
    return max(_YOUNG_SECONDS, settings.upload_seconds + settings.multipart_files * settings.decode_seconds)


async def _ask(queue: JobQueue, ids: Sequence[str]) -> tuple[set[str], list[tuple[str, JobState, int]]]:
    """Which of the jobs there are, and of those that have ended the state and the number of the last run.

    Only what is needed is read: a document that cannot be understood must not keep the others' media on the disk.
    """
    with store_errors():
        async with queue.redis.pipeline(transaction=False) as pipe:
            for job_id in ids:
                pipe.exists(keys.job(job_id))
                pipe.hmget(keys.job(job_id), ["state", "run"])
            told: list[Any] = await pipe.execute(raise_on_error=False)
    there = {job_id for job_id, exists in zip(ids, told[::2], strict=True) if exists != 0}
    ended = []
    for job_id, held in zip(ids, told[1::2], strict=True):
        with suppress(ValueError, TypeError):
            state, run = held
            if JobState(state).is_terminal:
                ended.append((job_id, JobState(state), int(run)))
    return there, ended


def _drop_dead_runs(media: MediaStore, ended: Sequence[tuple[str, JobState, int]]) -> None:
    """A run that has died leaves what it stored: its worker may have died with it, or was told by nobody.

    No run up to the last one of a job that has ended is begun again: one that is made anew meanwhile has a higher number.
    """
    for job_id, state, run in ended:
        media.drop_runs(job_id, up_to=run, keep=run if state is JobState.COMPLETED else None)
