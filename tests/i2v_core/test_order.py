"""The fair order: in turn between flows, first come first served within one, and nothing of it can be gained by tricks."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

import pytest
from redis.asyncio import Redis

from i2v_core import keys
from i2v_core.jobs import Job
from i2v_core.queue import JobQueue, Moved, Retried
from i2v_core.settings import Settings
from tests.i2v_core.test_queue import VIDEO, new_job


@pytest.fixture
def queue(redis: Redis, settings: Settings) -> JobQueue:
    return JobQueue(redis, settings.model_copy(update={"waiting_per_viewer": 1000}))


async def upload(queue: JobQueue, who: str, count: int = 1) -> list[Job]:
    jobs = [new_job(who) for _ in range(count)]
    for job in jobs:
        await queue.enqueue(job)
    return jobs


async def make_next(queue: JobQueue) -> str:
    """What a worker does with the first in line: begin it and bring it to its end. Its id."""
    first = str((await queue.redis.zrange(keys.QUEUE, 0, 0))[0])
    run = await queue.begin(first)
    assert run
    assert await queue.complete(first, run, segments=10, video=VIDEO)
    return first


async def line(queue: JobQueue) -> list[str]:
    return [str(job) for job in await queue.redis.zrange(keys.QUEUE, 0, -1)]


async def test_who_has_a_hundred_waiting_lets_one_of_another_pass_after_one_at_most(queue: JobQueue) -> None:
    many = await upload(queue, "a", 100)
    for _ in range(3):
        await make_next(queue)
    running = await queue.begin(many[3].id)
    assert running

    (one,) = await upload(queue, "b")

    before = (await line(queue)).index(one.id)
    assert [job for job in (await line(queue))[:before] if job != many[3].id] in ([], [many[4].id])


async def test_all_take_turns_and_each_is_served_in_its_own_order(queue: JobQueue) -> None:
    owners = {job.id: who for who in "abc" for job in await upload(queue, who, 4)}

    served = [owners[await make_next(queue)] for _ in range(12)]

    assert served == ["a", "b", "c"] * 4
    assert await line(queue) == []


async def test_over_any_time_nobody_who_waits_is_two_ahead_of_another_who_waits(queue: JobQueue) -> None:
    owners = {
        job.id: who for who, count in (("a", 30), ("b", 20), ("c", 10)) for job in await upload(queue, who, count)
    }

    served = Counter[str]()
    for _ in range(30):
        served[owners[await make_next(queue)]] += 1
        assert max(served.values()) - min(served[who] for who in "abc") <= 1

    assert served == {"a": 10, "b": 10, "c": 10}


async def test_who_was_away_has_not_saved_anything_up(queue: JobQueue) -> None:
    await upload(queue, "a", 10)
    for _ in range(8):
        await make_next(queue)

    returning = {job.id for job in await upload(queue, "b", 5)}
    served = ["b" if await make_next(queue) in returning else "a" for _ in range(5)]

    assert served in (["b", "a", "b", "a", "b"], ["a", "b", "a", "b", "b"])


async def test_one_who_has_just_been_served_does_not_pass_one_who_was_not(queue: JobQueue) -> None:
    await upload(queue, "a")
    await make_next(queue)
    (again,) = await upload(queue, "a")
    (first,) = await upload(queue, "b")

    assert await line(queue) == [first.id, again.id]


async def test_what_is_taken_back_costs_no_turn(queue: JobQueue) -> None:
    regretted = await upload(queue, "a", 50)
    others = await upload(queue, "b", 3)
    for job in regretted[1:]:
        await queue.cancel(job.id, "a")
    (kept,) = await upload(queue, "a")

    assert await line(queue) == [regretted[0].id, others[0].id, kept.id, others[1].id, others[2].id] or await line(
        queue
    ) == [regretted[0].id, others[0].id, others[1].id, kept.id, others[2].id]


async def test_a_job_that_is_put_back_keeps_its_place_and_counts_as_waiting_again(queue: JobQueue) -> None:
    first, second = await upload(queue, "a", 2)
    run = await queue.begin(first.id)
    assert run
    assert await queue.redis.zrange(keys.flow("a"), 0, -1) == [second.id]

    await queue.put_back(first.id, run)

    assert await queue.redis.zrange(keys.flow("a"), 0, -1) == [first.id, second.id]
    assert await line(queue) == [first.id, second.id]


async def test_moving_mine_changes_nobody_elses_place(queue: JobQueue) -> None:
    mine, theirs = [], []
    for _ in range(3):
        mine += await upload(queue, "a")
        theirs += await upload(queue, "b")
    before = await line(queue)

    assert await queue.move(mine[2].id, "a", mine[0].id) is Moved.OK

    after = await line(queue)
    assert [job for job in after if job in {j.id for j in mine}] == [mine[2].id, mine[0].id, mine[1].id]
    assert [after.index(job.id) for job in theirs] == [before.index(job.id) for job in theirs]
    assert await queue.move(mine[2].id, "a", None) is Moved.OK
    assert [j for j in await line(queue) if j in {m.id for m in mine}] == [mine[0].id, mine[1].id, mine[2].id]


async def test_nobody_moves_what_is_not_theirs_or_has_begun(queue: JobQueue) -> None:
    mine, theirs = await upload(queue, "a", 2), await upload(queue, "b", 2)

    assert await queue.move(theirs[1].id, "a", theirs[0].id) is Moved.MISSING
    assert await queue.move(mine[1].id, "a", theirs[0].id) is Moved.NOT_WAITING
    await queue.begin(mine[0].id)
    assert await queue.move(mine[0].id, "a", mine[1].id) is Moved.NOT_WAITING
    assert await queue.move(mine[1].id, "a", mine[0].id) is Moved.NOT_WAITING
    assert await queue.move(mine[1].id, "a", mine[1].id) is Moved.OK


async def test_viewers_of_one_address_share_turns_but_not_the_right_to_move_each_others(queue: JobQueue) -> None:
    flow = "address_x"
    first, second = new_job("a", flow), new_job("b", flow)
    third = new_job("a", flow)
    for job in (first, second, third):
        await queue.enqueue(job)
    (other,) = await upload(queue, "c")

    assert await line(queue) == [first.id, other.id, second.id, third.id]
    assert await queue.move(third.id, "a", second.id) is Moved.NOT_WAITING
    assert await queue.move(third.id, "a", first.id) is Moved.OK
    assert await line(queue) == [third.id, other.id, second.id, first.id]


async def test_a_retried_job_goes_to_the_end_of_its_own(queue: JobQueue) -> None:
    first, second = await upload(queue, "a", 2)
    await queue.cancel(first.id, "a")

    assert await queue.retry(first, "a") is Retried.OK

    assert await line(queue) == [second.id, first.id]
    held = await queue.get(first.id)
    assert held is not None
    assert (held.state, held.attempt, held.finished_at, held.expires_at) == ("QUEUED", 0, None, None)
    assert await queue.redis.ttl(keys.job(first.id)) > keys.WAIT_SECONDS
    assert await queue.retry(first, "a") is Retried.NOT_OVER
    assert await queue.begin(first.id)


async def test_a_queue_of_the_version_before_is_served_first_and_in_its_order(queue: JobQueue) -> None:
    old = [new_job("a") for _ in range(3)]
    for job in old:
        await queue.enqueue(job)
        # As it was: whole numbers counted by the sequence, no flow anywhere.
        await queue.redis.hdel(keys.job(job.id), "flow")
    await queue.redis.delete(keys.flow("a"), keys.VIRTUAL_TIME)
    await queue.redis.zadd(keys.QUEUE, {job.id: number for number, job in enumerate(old, 1)})

    new = await upload(queue, "b", 2)

    assert await line(queue) == [job.id for job in (*old, *new)]
    assert [await make_next(queue) for _ in range(5)] == [job.id for job in (*old, *new)]


async def test_scores_are_what_arq_takes_and_all_different(queue: JobQueue) -> None:
    generator = random.Random(7)
    for _ in range(300):
        who = generator.choice("abcdef")
        (job,) = await upload(queue, who)
        if generator.random() < 0.3:
            await queue.cancel(job.id, who)
        if generator.random() < 0.2 and await line(queue):
            await make_next(queue)

    scores = [score for _, score in await queue.redis.zrange(keys.QUEUE, 0, -1, withscores=True)]

    assert all(0 < score < 1.7e12 for score in scores)
    assert all(a < b for a, b in pairwise(scores))
    for who in "abcdef":
        held = dict(await queue.redis.zrange(keys.flow(who), 0, -1, withscores=True))
        assert held == {
            job: score for job, score in await queue.redis.zrange(keys.QUEUE, 0, -1, withscores=True) if job in held
        }
        assert set(held) == {j.id for j in await queue.of_viewer(who, limit=1000) if j.state == "QUEUED"}


async def test_the_wait_is_told_as_it_would_be(queue: JobQueue) -> None:
    await upload(queue, "a", 10)
    told = await queue.ahead("b")

    (mine,) = await upload(queue, "b")

    assert told == (await line(queue)).index(mine.id)
    assert await queue.ahead("a") == 11
