"""What disagrees is found and put right: nothing waits for ever, nothing that has ended is made again."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

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


async def test_a_record_of_arqs_that_is_not_ours_is_made_anew(queue: JobQueue, redis: Redis) -> None:
    unread, foreign, no_text, good = [await enqueued(queue) for _ in range(4)]
    right = {job.id: await redis.get(f"arq:job:{job.id}") for job in (unread, foreign, no_text, good)}
    await redis.set(f"arq:job:{unread.id}", "garbage", ex=60)
    await redis.set(f"arq:job:{foreign.id}", right[foreign.id].replace("make_video", "make_a_movie"), ex=60)
    await redis.delete(f"arq:job:{no_text.id}")
    await redis.rpush(f"arq:job:{no_text.id}", "what")
    await redis.expire(f"arq:job:{no_text.id}", 60)

    assert await mend_all(queue) == 3

    for job_id, record in right.items():
        mended = json.loads(await redis.get(f"arq:job:{job_id}"))
        assert {**mended, "et": 0} == {**json.loads(record), "et": 0}
    assert await redis.get(f"arq:job:{good.id}") == right[good.id]
    assert await mend_all(queue) == 0


async def test_a_document_that_nobody_understands_keeps_no_other_from_being_mended(
    queue: JobQueue, redis: Redis
) -> None:
    later, bare, lost = [await enqueued(queue) for _ in range(3)]
    await redis.hset(keys.job(later.id), "state", "LATER")
    await redis.hdel(keys.job(bare.id), "options", "created_at", "viewer")
    await redis.set(keys.job("job_" + "0" * 24), "no document at all", ex=60)
    await redis.zrem(keys.QUEUE, lost.id, bare.id)

    await mend_all(queue)

    assert set(await redis.zrange(keys.QUEUE, 0, -1)) == {bare.id, lost.id}


async def test_a_job_that_its_viewers_list_has_lost_is_in_it_again(queue: JobQueue, redis: Redis) -> None:
    waiting, ended = [replace(new_job(), created_at=1_700_000_000.123 + number) for number in range(2)]
    for job in (waiting, ended):
        await queue.enqueue(job)
    await queue.cancel(ended.id, ended.viewer)
    mine = keys.viewer_jobs(waiting.viewer)
    before, lives = await redis.zrange(mine, 0, -1, withscores=True), await redis.ttl(mine)
    await redis.delete(mine)

    assert await mend_all(queue) == 2

    assert await redis.zrange(mine, 0, -1, withscores=True) == before
    assert lives - 60 <= await redis.ttl(mine) <= lives
    assert await mend_all(queue) == 0


async def test_where_all_agrees_a_look_costs_a_step_for_a_hundred_jobs(queue: JobQueue, redis: Redis) -> None:
    for number in range(150):
        await queue.enqueue(new_job(f"viewer_{number % 3}"))
    before = await _scripts_run(redis)

    assert await mend_all(queue) == 0

    # Two for the jobs, one for each flow, and each once more where Redis does not know the script yet.
    assert await _scripts_run(redis) - before <= 7


async def _scripts_run(redis: Redis) -> int:
    told: Any = await redis.info("commandstats")
    return sum(told.get(name, {"calls": 0})["calls"] for name in ("cmdstat_evalsha", "cmdstat_eval"))
