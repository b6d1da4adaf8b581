"""What nobody needs any more leaves the disk, and what is still needed stays, whatever happens at the same moment."""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import suppress
from pathlib import Path

import pytest
from redis.asyncio import Redis

from i2v_core import keys
from i2v_core.jobs import Failure, Job
from i2v_core.media import MediaStore
from i2v_core.queue import JobQueue
from i2v_core.settings import Settings
from tests.conftest import eventually
from tests.i2v_core.test_queue import VIDEO, new_job
from worker.sweep import longest_upload, sweep, sweep_forever, sweep_uploads


@pytest.fixture
def queue(redis: Redis, settings: Settings) -> JobQueue:
    return JobQueue(redis, settings)


@pytest.fixture
def media(settings: Settings) -> MediaStore:
    return MediaStore.of(settings)


async def run_of(queue: JobQueue, media: MediaStore, job: Job) -> int:
    """Another run of the job, which stores a segment."""
    run = await queue.begin(job.id)
    assert run is not None
    media.put_segment(job.id, run, 0, b"a segment")
    return run


async def enqueued(queue: JobQueue) -> Job:
    job = new_job()
    await queue.enqueue(job)
    return job


def runs_kept(media: MediaStore, job: Job) -> list[int]:
    return sorted(int(path.name) for path in media.folder(job.id).iterdir())


async def test_of_a_job_that_has_ended_no_dead_run_stays_on_the_disk(queue: JobQueue, media: MediaStore) -> None:
    spent, cancelled, completed, running = [await enqueued(queue) for _ in range(4)]
    for _ in range(queue.settings.max_attempts):
        await run_of(queue, media, spent)
    assert await queue.begin(spent.id) is None  # its attempts are used up: FAILED
    await run_of(queue, media, cancelled)
    await queue.cancel(cancelled.id, cancelled.viewer)
    for job in (completed, running):
        for _ in range(2):
            run = await run_of(queue, media, job)
    await queue.complete(completed.id, run, segments=1, video=VIDEO)

    await sweep(queue, media, older_than=600)

    assert (runs_kept(media, spent), runs_kept(media, cancelled)) == ([], [])
    assert runs_kept(media, completed) == [2]
    assert runs_kept(media, running) == [1, 2]


async def test_a_run_that_begins_at_the_same_moment_keeps_what_it_stores(
    queue: JobQueue, media: MediaStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await enqueued(queue)
    run = await run_of(queue, media, job)
    await queue.fail(job.id, run, Failure("MODEL_FAILED", "It broke.", "Try again."))
    loop, drop_runs = asyncio.get_running_loop(), media.drop_runs

    async def made_again() -> None:
        ended = await queue.get(job.id)
        assert ended is not None
        await queue.retry(ended, ended.flow)
        await run_of(queue, media, job)

    def late(job_id: str, **which: int | None) -> None:
        asyncio.run_coroutine_threadsafe(made_again(), loop).result(30)
        drop_runs(job_id, **which)  # type: ignore[arg-type]

    monkeypatch.setattr(media, "drop_runs", late)
    await sweep(queue, media, older_than=600)

    assert runs_kept(media, job) == [run + 1]


async def test_a_document_that_nobody_understands_keeps_its_media_and_nobody_elses(
    queue: JobQueue, media: MediaStore, redis: Redis
) -> None:
    damaged, gone = await enqueued(queue), await enqueued(queue)
    for job in (damaged, gone):
        await run_of(queue, media, job)
    await redis.hset(keys.job(damaged.id), "state", "LATER")
    await queue.delete(gone.id, gone.viewer)

    assert await sweep(queue, media, older_than=0) == 1

    assert [found for found, _ in media.job_ids()] == [damaged.id]


def upload(media: MediaStore, name: str, age: float) -> Path:
    media.incoming.mkdir(parents=True, exist_ok=True)
    path = media.incoming / name
    path.write_bytes(b"as it came")
    os.utime(path, (time.time() - age, time.time() - age))
    return path


async def test_an_upload_that_was_cut_off_is_deleted_and_one_that_is_coming_is_not(media: MediaStore) -> None:
    cut_off, coming = upload(media, "upload-a", age=700), upload(media, "upload-b", age=500)

    assert await sweep_uploads(media, older_than=600) == 1

    assert (cut_off.exists(), coming.exists()) == (False, True)


def test_no_upload_is_deleted_that_may_still_be_decoded(settings: Settings) -> None:
    slow = settings.model_copy(update={"upload_seconds": 900.0, "decode_seconds": 100.0, "multipart_files": 10})

    assert longest_upload(settings) == 600
    assert longest_upload(slow) == 900 + 10 * 100


async def test_the_worker_tidies_at_its_start_and_a_disk_in_trouble_keeps_nothing_from_being_mended(
    queue: JobQueue, media: MediaStore, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_off, lost = upload(media, "upload-a", age=3600), await enqueued(queue)
    await redis.zrem(keys.QUEUE, lost.id)

    def in_trouble() -> None:
        raise OSError("the disk")

    monkeypatch.setattr(media, "job_ids", in_trouble)
    sweeping = asyncio.create_task(sweep_forever(queue, media))

    async def is_mended() -> bool:
        return bool(await redis.zscore(keys.QUEUE, lost.id)) and not cut_off.exists()

    await eventually(is_mended, what="the job being in the queue again")
    sweeping.cancel()
    with suppress(asyncio.CancelledError):
        await sweeping


async def test_where_nothing_was_stored_yet_there_is_nothing_to_tidy(queue: JobQueue, media: MediaStore) -> None:
    assert await sweep(queue, media, older_than=0) == 0
    assert await sweep_uploads(media, older_than=0) == 0
