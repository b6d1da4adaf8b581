"""What disagrees is found and put right: nothing waits for ever, nothing that has ended is made again."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from i2v_core import keys
from i2v_core.jobs import Job
from i2v_core.mending import mend, mend_all
from i2v_core.queue import JobQueue
from i2v_core.settings import Settings
from tests.i2v_core.test_queue import VIDEO, new_job


@pytest.fixture
def queue(redis: Redis, settings: Settings) -> JobQueue:
    return JobQueue(redis, settings)


async def enqueued(queue: JobQueue) -> Job:
    job = new_job()
    await queue.enqueue(job)
    return job


async def test_where_all_agrees_nothing_is_touched(queue: JobQueue, redis: Redis) -> None:
    waiting, running, done = [await enqueued(queue) for _ in range(3)]
    await queue.begin(running.id)
    run = await queue.begin(done.id) or 0
    await queue.complete(done.id, run, segments=1, video=VIDEO)
    before = await redis.zrange(keys.QUEUE, 0, -1, withscores=True)

    assert await mend_all(queue) == 0

    assert await redis.zrange(keys.QUEUE, 0, -1, withscores=True) == before
    assert await redis.zrange(keys.flow("viewer_a"), 0, -1) == [waiting.id]


async def test_a_waiting_job_that_lost_any_of_its_entries_gets_them_back(queue: JobQueue, redis: Redis) -> None:
    out_of_queue, out_of_arq, out_of_flow = [await enqueued(queue) for _ in range(3)]
    await redis.zrem(keys.QUEUE, out_of_queue.id)
    await redis.delete(f"arq:job:{out_of_arq.id}")
    await redis.zrem(keys.flow("viewer_a"), out_of_flow.id)

    assert await mend_all(queue) == 3

    everyone = {job.id for job in (out_of_queue, out_of_arq, out_of_flow)}
    assert (
        set(await redis.zrange(keys.QUEUE, 0, -1)) == set(await redis.zrange(keys.flow("viewer_a"), 0, -1)) == everyone
    )
    assert all([await redis.exists(f"arq:job:{job}") for job in everyone])
    assert await mend_all(queue) == 0


async def test_what_has_ended_or_is_gone_leaves_the_queue(queue: JobQueue, redis: Redis) -> None:
    ended, gone = await enqueued(queue), await enqueued(queue)
    await queue.cancel(ended.id, ended.viewer)
    await redis.zadd(keys.QUEUE, {ended.id: 99})
    await redis.delete(keys.job(gone.id))

    assert await mend_all(queue) > 0

    assert await redis.zcard(keys.QUEUE) == 0
    assert await mend(queue, gone.id) is False


async def test_a_running_job_that_counts_as_waiting_does_so_no_longer(queue: JobQueue, redis: Redis) -> None:
    running = await enqueued(queue)
    await queue.begin(running.id)
    await redis.zadd(keys.flow("viewer_a"), {running.id: 1})
    await redis.expire(keys.flow("viewer_a"), 60)

    assert await mend(queue, running.id) is True

    assert await redis.exists(keys.flow("viewer_a")) == 0


async def test_a_job_that_is_gone_does_not_count_as_waiting_for_ever(queue: JobQueue, redis: Redis) -> None:
    kept, gone = await enqueued(queue), await enqueued(queue)
    await redis.delete(keys.job(gone.id))

    await mend_all(queue)

    assert await redis.zrange(keys.flow("viewer_a"), 0, -1) == [kept.id]
