"""Redis killed at any moment while jobs are taken in, begun, cancelled and ended: each is wholly there or not at all."""

from __future__ import annotations

import asyncio
import random

import pytest
from redis.asyncio import Redis

from i2v_core import keys
from i2v_core.errors import StoreUnavailable
from i2v_core.mending import mend_all
from i2v_core.queue import Enqueued, JobQueue
from i2v_core.settings import Settings
from i2v_core.store import connect
from tests.conftest import OwnRedis
from tests.i2v_core.test_queue import VIDEO, new_job


@pytest.mark.parametrize("seed", range(4))
async def test_a_redis_that_is_killed_at_any_moment_leaves_nothing_half_done(
    own_redis: OwnRedis, tmp_path: object, seed: int
) -> None:
    settings = Settings(redis_url=own_redis.url, waiting_per_viewer=100_000)
    course = random.Random(seed)
    redis = connect(own_redis.url)
    queue = JobQueue(redis, settings)
    told: set[str] = set()
    working = [asyncio.create_task(_use(queue, random.Random(f"{seed} {n}"), told)) for n in range(8)]
    while len(told) < 40:
        await asyncio.sleep(0)

    await asyncio.sleep(course.uniform(0, 0.05))  # somewhere in the middle of somebody's step
    own_redis.kill()
    await asyncio.gather(*working)
    await redis.aclose()
    own_redis.start()

    redis = connect(own_redis.url)
    queue = JobQueue(redis, settings)
    assert await mend_all(queue) == 0, "something disagreed"
    await _check(redis, told)
    await redis.aclose()


async def _use(queue: JobQueue, course: random.Random, told: set[str]) -> None:
    """Do whatever API and worker do, until Redis is gone."""
    try:
        while True:
            job = new_job(f"viewer_{course.randrange(5)}")
            assert (await queue.enqueue(job))[0] is Enqueued.OK
            told.add(job.id)
            what = course.random()
            if what < 0.2:
                await queue.cancel(job.id, job.viewer)
            elif what < 0.6 and (run := await queue.begin(job.id)):
                await queue.report(job.id, run, percent=50)
                if what < 0.3:
                    await queue.put_back(job.id, run)
                elif what < 0.5:
                    await queue.complete(job.id, run, segments=10, video=VIDEO)
    except StoreUnavailable:
        return


async def _check(redis: Redis, told: set[str]) -> None:
    kept = {key.removeprefix(keys.JOB_PREFIX) async for key in redis.scan_iter(f"{keys.JOB_PREFIX}*")}
    assert told <= kept, "a job is gone whose id was told"
    listed: set[str] = set()
    for viewer in range(5):
        listed |= set(await redis.zrange(keys.viewer_jobs(f"viewer_{viewer}"), 0, -1))
    assert listed == kept
    queued = set(await redis.zrange(keys.QUEUE, 0, -1))
    records = {key.removeprefix("arq:job:") async for key in redis.scan_iter("arq:job:*")}
    assert queued == records
