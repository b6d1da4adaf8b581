"""Playbacks and tickets: bounded, bound to their viewer, one use."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from i2v_core import keys
from i2v_core.errors import Code, OperationRefused
from i2v_core.jobs import Job
from i2v_core.marks import sequence
from i2v_core.playbacks import INIT, Playback, Playbacks, Protection
from i2v_core.queue import JobQueue
from i2v_core.settings import Settings
from tests.conftest import eventually
from tests.i2v_core.test_queue import VIDEO, new_job


@pytest.fixture
def queue(redis: Redis, settings: Settings) -> JobQueue:
    return JobQueue(redis, settings)


@pytest.fixture
def playbacks(redis: Redis, settings: Settings) -> Playbacks:
    return Playbacks(redis, settings)


@pytest.fixture
async def job(queue: JobQueue) -> Job:
    return await video_of(queue)


async def video_of(queue: JobQueue) -> Job:
    """A job whose video is there: ten segments, marked."""
    new = new_job()
    await queue.enqueue(new)
    run = await queue.begin(new.id)
    assert run
    assert await queue.complete(new.id, run, segments=10, video=replace(VIDEO, marked=True))
    done = await queue.get(new.id)
    assert done is not None
    return done


async def opened(playbacks: Playbacks, job: Job, protection: Protection = Protection.CENC) -> Playback:
    playback = await playbacks.open(job, protection)
    assert playback is not None
    return playback


async def test_of_a_hundred_who_use_a_ticket_at_once_one_gets_through(playbacks: Playbacks, job: Job) -> None:
    playback = await opened(playbacks, job)
    ticket = (await playbacks.issue(playback, [3]))[3]

    answers = await asyncio.gather(*(playbacks.redeem(ticket, playback.id, 3, playback.viewer) for _ in range(100)))

    assert [a for a in answers if a] == [playback]


async def test_a_ticket_is_for_its_segment_playback_and_viewer(playbacks: Playbacks, job: Job) -> None:
    playback, other = await opened(playbacks, job), await opened(playbacks, job)
    ticket = (await playbacks.issue(playback, [INIT]))[INIT]

    assert await playbacks.redeem(ticket, playback.id, 0, playback.viewer) is None
    assert await playbacks.redeem(ticket, other.id, INIT, playback.viewer) is None
    assert await playbacks.redeem(ticket, playback.id, INIT, "viewer_b") is None
    assert await playbacks.redeem("invented", playback.id, INIT, playback.viewer) is None
    assert await playbacks.redeem(ticket, playback.id, INIT, playback.viewer) is not None


async def test_redis_holds_no_ticket_only_its_hash(playbacks: Playbacks, job: Job, redis: Redis) -> None:
    playback = await opened(playbacks, job)

    ticket = (await playbacks.issue(playback, [0]))[0]

    assert not [key async for key in redis.scan_iter() if ticket in key]


async def test_beyond_the_bound_the_oldest_playback_ends(redis: Redis, settings: Settings, job: Job) -> None:
    playbacks = Playbacks(redis, settings.model_copy(update={"playbacks_per_viewer": 2}))
    all_of_them = [await opened(playbacks, job) for _ in range(3)]

    alive = [await playbacks.get(p.id, p.viewer) is not None for p in all_of_them]

    assert alive == [False, True, True]
    assert await redis.zcard(keys.viewer_playbacks("viewer_a")) == 2


async def test_a_ticket_and_a_playback_have_their_lifetimes(redis: Redis, settings: Settings, job: Job) -> None:
    short = Playbacks(redis, settings.model_copy(update={"ticket_seconds": 0.05, "playback_seconds": 2}))
    playback = await opened(short, job)
    ticket = (await short.issue(playback, [0]))[0]

    async def is_over() -> bool:
        return await short.get(playback.id, playback.viewer) is None

    await eventually(is_over, what="the playback's end")
    assert await short.redeem(ticket, playback.id, 0, playback.viewer) is None


async def test_every_playback_has_a_key_and_a_sequence_of_its_own(playbacks: Playbacks, job: Job) -> None:
    at_once = await asyncio.gather(*(opened(playbacks, job) for _ in range(20)))

    assert sorted(p.number for p in at_once) == list(range(20))
    assert len({p.key for p in at_once}) == len({p.key_id for p in at_once}) == 20
    shown = Counter(tuple(p.variant(index) for index in range(10)) for p in at_once)
    assert shown == Counter(sequence(number, 10) for number in range(20))
    assert all(count == 1 for count in shown.values())
    assert at_once[0].key.hex() not in repr(at_once[0])


async def test_of_a_video_without_a_mark_there_is_one_variant(playbacks: Playbacks, job: Job) -> None:
    assert job.video is not None
    plain = replace(job, video=replace(job.video, marked=False))

    variants = [(await opened(playbacks, plain)).variant(index) for _ in range(3) for index in range(-1, 10)]

    assert set(variants) == {0}


async def test_viewings_are_known_as_long_as_the_job(
    playbacks: Playbacks, queue: JobQueue, job: Job, redis: Redis
) -> None:
    first, second = await opened(playbacks, job), await opened(playbacks, job)

    viewings = await playbacks.viewings(job.id)

    assert [(v.number, v.playback, v.viewer) for v in viewings] == [
        (1, second.id, job.viewer),
        (0, first.id, job.viewer),
    ]
    assert await playbacks.viewing_count(job.id) == 2
    lifetimes = [await redis.pttl(key) for key in (keys.job(job.id), keys.viewings(job.id))]
    assert 0 < lifetimes[1] <= lifetimes[0] + 1
    await queue.delete(job.id, job.viewer)
    assert await playbacks.viewings(job.id) == []


async def test_viewings_of_a_job_that_ends_later_live_as_long_as_it(
    playbacks: Playbacks, queue: JobQueue, redis: Redis
) -> None:
    running = new_job()
    await queue.enqueue(running)
    run = await queue.begin(running.id)
    assert run
    await queue.report(running.id, run, segments=1, video=VIDEO)
    held = await queue.get(running.id)
    assert held is not None
    await opened(playbacks, held)

    await queue.complete(running.id, run, segments=10, video=VIDEO)

    job_lives, viewings_live = await redis.ttl(keys.job(running.id)), await redis.ttl(keys.viewings(running.id))
    assert abs(job_lives - viewings_live) <= 1


async def test_a_job_that_has_begun_again_or_gone_gives_no_playback(
    playbacks: Playbacks, queue: JobQueue, job: Job
) -> None:
    earlier = replace(job, run=job.run - 1)

    assert await playbacks.open(earlier) is None
    await queue.delete(job.id, job.viewer)
    assert await playbacks.open(job) is None


async def test_a_playback_fetches_so_many_segments_and_no_more(redis: Redis, settings: Settings, job: Job) -> None:
    playbacks = Playbacks(redis, settings.model_copy(update={"tickets_per_playback": 64}))
    playback = await opened(playbacks, job)
    await playbacks.issue(playback, range(INIT, 59))

    with pytest.raises(OperationRefused) as refused:
        await playbacks.issue(playback, range(5))

    assert refused.value.code is Code.PLAYBACK_USED_UP
    assert len(await playbacks.issue(playback, range(4))) == 4
    await redis.delete(keys.playback(playback.id))
    with pytest.raises(OperationRefused) as over:
        await playbacks.issue(playback, [0])
    assert over.value.code is Code.PLAYBACK_NOT_FOUND


async def test_a_playback_of_the_version_before_keys_is_over(playbacks: Playbacks, job: Job, redis: Redis) -> None:
    playback = await opened(playbacks, job)
    await redis.hdel(keys.playback(playback.id), "key", "key_id", "protection")

    assert await playbacks.get(playback.id, playback.viewer) is None
