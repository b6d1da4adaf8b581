"""What somebody has damaged must not stop what is sound: the others are made, and the damaged one as well where it can be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from redis.asyncio import Redis

from i2v_core import keys
from i2v_core.jobs import Job
from i2v_core.queue import FUNCTION, JobQueue, payload
from i2v_core.settings import Settings
from tests.conftest import eventually
from tests.i2v_core.test_queue import VIDEO, new_job
from worker.slot import SlotWorker

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@asynccontextmanager
async def working(queue: JobQueue, settings: Settings) -> AsyncIterator[list[str]]:
    """A slot that takes jobs meanwhile; those that it has made, in order."""
    made: list[str] = []

    async def make(job_id: str, *_: object) -> None:
        if run := await queue.begin(job_id):
            await queue.complete(job_id, run, segments=10, video=VIDEO)
            made.append(job_id)

    worker = SlotWorker(settings, queue, make)
    task = asyncio.create_task(worker.main())
    try:
        yield made
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await worker.pool.aclose()


async def all_made(made: list[str], jobs: list[Job]) -> None:
    async def are_made() -> bool:
        return set(made) == {job.id for job in jobs}

    await eventually(are_made, what="every job being made")


@pytest.mark.parametrize("record", ["garbage", "another function"])
async def test_a_record_of_arqs_that_is_not_ours_is_made_anew(redis: Redis, settings: Settings, record: str) -> None:
    queue, jobs = JobQueue(redis, settings), [new_job() for _ in range(3)]
    for job in jobs:
        await queue.enqueue(job)
    other = payload(jobs[0].id, 0).decode().replace(FUNCTION, "make_a_movie")
    await redis.set(f"arq:job:{jobs[0].id}", other if record == "another function" else record, ex=60)

    async with working(queue, settings) as made:
        await all_made(made, jobs)


async def test_a_job_whose_tries_arq_has_counted_to_the_end_is_made(redis: Redis, settings: Settings) -> None:
    queue, job = JobQueue(redis, settings), new_job()
    await queue.enqueue(job)
    await redis.set(f"arq:retry:{job.id}", 10**9, ex=60)

    async with working(queue, settings) as made:
        await all_made(made, [job])


@pytest.mark.parametrize("damage", [None, "many"])
async def test_a_document_without_its_counters_is_made_like_any_other(
    redis: Redis, settings: Settings, damage: str | None
) -> None:
    queue, jobs = JobQueue(redis, settings), [new_job() for _ in range(2)]
    for job in jobs:
        await queue.enqueue(job)
    for field in ("attempt", "run"):
        await (redis.hset(keys.job(jobs[0].id), field, damage) if damage else redis.hdel(keys.job(jobs[0].id), field))

    async with working(queue, settings) as made:
        await all_made(made, jobs)
