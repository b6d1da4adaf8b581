"""The queue: atomic changes, arq's own entries, fencing, and lifetimes."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from dataclasses import asdict, replace

import pytest
from arq.connections import ArqRedis
from arq.jobs import Job as ArqJob
from arq.jobs import JobStatus
from redis.asyncio import Redis

from i2v_core import keys
from i2v_core.errors import StoreUnavailable
from i2v_core.jobs import Failure, Focus, Job, JobState, Motion, Shape, Stage, Video, VideoOptions, new_id
from i2v_core.leases import Leases
from i2v_core.queue import FUNCTION, Cancelled, Enqueued, JobQueue, Retried, deserialize
from i2v_core.settings import Settings
from i2v_core.store import Scripts, connect
from tests.conftest import eventually

VIDEO = Video('video/mp4; codecs="avc1.64001f"', 320, 240, 0.5, 5.0)


@pytest.fixture
def queue(redis: Redis, settings: Settings) -> JobQueue:
    return JobQueue(redis, settings)


@pytest.fixture
async def events(redis: Redis) -> AsyncIterator[object]:
    async with redis.pubsub(ignore_subscribe_messages=True) as pubsub:
        await pubsub.subscribe(keys.EVENTS)
        await pubsub.get_message(ignore_subscribe_messages=False, timeout=5)
        yield pubsub


def new_job(viewer: str = "viewer_a", flow: str | None = None) -> Job:
    options, now = VideoOptions(), time.time()
    return Job(new_id("job"), viewer, "a.png", JobState.QUEUED, options, now, width=4, height=3, flow=flow or viewer)


async def test_a_job_is_stored_with_arqs_own_entries(queue: JobQueue, redis: Redis, settings: Settings) -> None:
    job = new_job()

    await queue.enqueue(job)

    stored = await queue.get(job.id)
    assert stored is not None
    assert (stored.state, stored.name, stored.version) == (JobState.QUEUED, "a.png", 1)
    pool = ArqRedis(connection_pool=connect_bytes(settings))
    arq_job = ArqJob(job.id, pool, _queue_name=keys.QUEUE, _deserializer=deserialize)
    assert await arq_job.status() == JobStatus.queued
    info = await arq_job.info()
    assert info is not None
    assert (info.function, list(info.args)) == (FUNCTION, [job.id])
    await pool.aclose()


def connect_bytes(settings: Settings) -> object:
    return Redis.from_url(str(settings.redis_url)).connection_pool


async def test_first_come_first_served_even_in_one_millisecond(redis: Redis, settings: Settings) -> None:
    queue = JobQueue(redis, settings.model_copy(update={"waiting_per_viewer": 50}))
    jobs = [new_job() for _ in range(50)]
    for job in jobs:
        await queue.enqueue(job)

    assert await redis.zrange(keys.QUEUE, 0, -1) == [job.id for job in jobs]


async def test_enqueuing_again_after_a_lost_answer_changes_nothing(queue: JobQueue, redis: Redis) -> None:
    job = new_job()

    await queue.enqueue(job)
    await queue.enqueue(job)

    assert await redis.zcard(keys.QUEUE) == 1


async def test_every_change_is_published_with_a_higher_version(queue: JobQueue, events: object) -> None:
    job = new_job()

    await queue.enqueue(job)
    run = await queue.begin(job.id)
    assert run == 1
    await queue.report(job.id, run, stage=Stage.GENERATING, percent=10.5)
    await queue.complete(job.id, run, segments=10, video=VIDEO)

    told = [json.loads((await events.get_message(timeout=5))["data"])["job"] for _ in range(4)]  # type: ignore[attr-defined]
    assert [Job.from_hash(fields).version for fields in told] == [1, 2, 3, 4]
    assert [fields["state"] for fields in told] == ["QUEUED", "PROCESSING", "PROCESSING", "COMPLETED"]
    assert Job.from_hash(told[-1]).video == VIDEO


async def test_percent_and_segments_never_fall_within_a_run(queue: JobQueue) -> None:
    job = new_job()
    await queue.enqueue(job)
    run = await queue.begin(job.id) or 0

    await queue.report(job.id, run, percent=40, segments=4)
    await queue.report(job.id, run, percent=30, segments=3)

    stored = await queue.get(job.id)
    assert stored is not None
    assert (stored.percent, stored.segments) == (40, 4)


async def test_a_run_that_was_overtaken_changes_nothing_any_more(queue: JobQueue) -> None:
    job = new_job()
    await queue.enqueue(job)
    stalled = await queue.begin(job.id) or 0
    present = await queue.begin(job.id) or 0

    assert await queue.report(job.id, stalled, percent=99) is False
    assert await queue.complete(job.id, stalled, segments=10, video=VIDEO) is False
    assert await queue.fail(job.id, stalled, Failure("A", "b", "c")) is False
    assert await queue.put_back(job.id, stalled) is False
    stored = await queue.get(job.id)
    assert stored is not None
    assert (stored.state, stored.attempt, stored.percent, stored.run) == (JobState.PROCESSING, 2, 0, present)


async def test_a_put_back_gives_the_attempt_and_the_place_back(queue: JobQueue, redis: Redis) -> None:
    first, second = new_job(), new_job()
    await queue.enqueue(first)
    await queue.enqueue(second)
    run = await queue.begin(first.id) or 0

    assert await queue.put_back(first.id, run)

    stored = await queue.get(first.id)
    assert stored is not None
    assert (stored.state, stored.attempt, stored.percent) == (JobState.QUEUED, 0, 0)
    assert await redis.zrange(keys.QUEUE, 0, -1) == [first.id, second.id]
    assert await queue.begin(first.id) == run + 1, "a run's number was used again"


async def test_after_its_attempts_a_job_fails_with_a_reason_and_leaves_the_queue(queue: JobQueue, redis: Redis) -> None:
    job = new_job()
    await queue.enqueue(job)

    for _ in range(3):
        assert await queue.begin(job.id)
    assert await queue.begin(job.id) is None

    stored = await queue.get(job.id)
    assert stored is not None
    assert stored.state is JobState.FAILED
    assert stored.failure is not None
    assert stored.failure.code == "TOO_MANY_ATTEMPTS"
    assert stored.failure.how_to_fix
    assert await redis.zcard(keys.QUEUE) == 0


async def test_what_ended_lives_for_the_retention_and_what_waits_for_longer(
    queue: JobQueue, redis: Redis, settings: Settings
) -> None:
    job = new_job()
    await queue.enqueue(job)
    assert await redis.ttl(keys.job(job.id)) > keys.WAIT_SECONDS

    await queue.cancel(job.id, job.viewer)

    assert 0 < await redis.ttl(keys.job(job.id)) <= settings.retention_seconds
    assert await redis.zcard(keys.QUEUE) == 0
    assert await redis.exists(f"arq:job:{job.id}") == 0


async def test_a_job_that_is_deleted_leaves_no_trace(queue: JobQueue, redis: Redis) -> None:
    job, other = new_job(), new_job()
    await queue.enqueue(other, idempotency="another key", fingerprint="another picture's digest")
    before = {key async for key in redis.scan_iter()}
    await queue.enqueue(job, idempotency="key", fingerprint="the picture's digest")

    assert await queue.delete(job.id, job.viewer)

    left = {key async for key in redis.scan_iter()} - before
    assert {key for key in left if not key.startswith("i2v:call:")} == set()
    assert await queue.enqueue(job, idempotency="key", fingerprint="of any other") == (Enqueued.OK, job.id)


async def test_a_key_that_has_made_another_job_meanwhile_stays_when_the_first_is_deleted(
    queue: JobQueue, redis: Redis
) -> None:
    first, second = new_job(), new_job()
    await queue.enqueue(first, idempotency="key", fingerprint="x")
    kept = await redis.dump(keys.job(first.id))
    await redis.delete(keys.job(first.id))
    await queue.enqueue(second, idempotency="key", fingerprint="x")
    await redis.restore(keys.job(first.id), 60_000, kept)  # as from a backup

    await queue.delete(first.id, first.viewer)

    assert await queue.enqueue(new_job(), idempotency="key", fingerprint="x") == (Enqueued.SAME, second.id)


async def test_only_its_viewer_cancels_or_deletes_a_job(queue: JobQueue) -> None:
    job = new_job("viewer_a")
    await queue.enqueue(job)

    assert await queue.cancel(job.id, "viewer_b") is Cancelled.MISSING
    assert await queue.delete(job.id, "viewer_b") is False
    assert await queue.get(job.id, "viewer_b") is None
    assert await queue.cancel(job.id, "viewer_a") is Cancelled.OK
    assert await queue.cancel(job.id, "viewer_a") is Cancelled.OVER
    assert await queue.delete(job.id, "viewer_a") is True
    assert await queue.get(job.id) is None


async def test_a_cancelled_run_cannot_finish(queue: JobQueue) -> None:
    job = new_job()
    await queue.enqueue(job)
    run = await queue.begin(job.id) or 0

    await queue.cancel(job.id, job.viewer)

    assert await queue.complete(job.id, run, segments=1, video=VIDEO) is False
    stored = await queue.get(job.id)
    assert stored is not None
    assert stored.state is JobState.CANCELLED


async def test_a_lease_is_left_alone_by_all_but_its_holder(redis: Redis, settings: Settings) -> None:
    leases = Leases(redis, settings)
    key = "arq:in-progress:job_x"
    await redis.set(key, "1", px=1000)  # as arq leaves it

    assert await leases.claim("job_x", "mine")
    assert await leases.renew("job_x", "mine")
    assert not await leases.claim("job_x", "theirs")
    assert not await leases.renew("job_x", "theirs")
    await leases.release("job_x", "theirs")
    assert await redis.get(key) == "mine"
    await leases.release("job_x", "mine")
    assert await redis.get(key) is None


async def test_a_redis_that_takes_no_writes_is_one_that_is_away_for_now(queue: JobQueue, redis: Redis) -> None:
    await redis.config_set("maxmemory", "1")
    try:
        with pytest.raises(StoreUnavailable):
            await queue.enqueue(new_job())
    finally:
        await redis.config_set("maxmemory", "0")


async def test_a_redis_that_is_away_is_said_so(settings: Settings) -> None:
    away = connect("redis://127.0.0.1:1/0")

    with pytest.raises(StoreUnavailable):
        await JobQueue(away, settings).enqueue(new_job())
    with pytest.raises(StoreUnavailable):
        await JobQueue(away, settings).get("job_x")
    await away.aclose()


async def test_a_call_that_is_made_again_after_a_lost_answer_is_answered_the_same(
    queue: JobQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """redis-py sends a script again when its answer does not come, and so do we."""
    run_once = Scripts.run

    async def run_twice(self: Scripts, name: str, *given: object) -> object:
        await run_once(self, name, *given)  # type: ignore[arg-type]
        return await run_once(self, name, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Scripts, "run", run_twice)
    done, cancelled, deleted = new_job(), new_job(), new_job()

    for job in (done, cancelled, deleted):
        assert await queue.enqueue(job) == (Enqueued.OK, job.id)
    assert await queue.begin(done.id) == 1
    assert await queue.complete(done.id, 1, segments=10, video=VIDEO), "it would remove the video it has just completed"
    assert await queue.cancel(cancelled.id, cancelled.viewer) is Cancelled.OK
    assert await queue.retry(cancelled, "viewer_a") is Retried.OK
    assert await queue.delete(deleted.id, deleted.viewer)

    held = await queue.get(done.id)
    assert held is not None
    assert (held.attempt, held.run) == (1, 1), "a lost answer cost an attempt"
    assert await queue.complete(done.id, 2, segments=10, video=VIDEO) is False


async def test_options_of_the_time_before_there_were_shapes_are_still_read(queue: JobQueue, redis: Redis) -> None:
    job = new_job()
    await queue.enqueue(job)
    await redis.hset(keys.job(job.id), "options", '{"motion": "PAN", "seconds": 4.0, "seed": 9}')

    held = await queue.get(job.id)

    assert held is not None
    assert held.options == VideoOptions(Motion.PAN, 4.0, 9, Shape.AS_PICTURE, Focus(0.5, 0.5))


async def test_what_video_is_wanted_is_kept_through_a_retry(queue: JobQueue) -> None:
    wanted = VideoOptions(Motion.ORBIT, 3.5, 7, Shape.TALL, Focus(0.25, 0.75))
    job = replace(new_job(), options=wanted)
    await queue.enqueue(job)
    await queue.cancel(job.id, job.viewer)

    assert await queue.retry(job, "viewer_a") is Retried.OK

    held = await queue.get(job.id)
    assert held is not None
    assert held.options == wanted


async def test_a_document_of_a_newer_version_is_read_as_far_as_it_is_understood(queue: JobQueue, redis: Redis) -> None:
    job = new_job()
    await queue.enqueue(job)
    newer = json.dumps({**asdict(VIDEO), "something": "new"})
    await redis.hset(keys.job(job.id), mapping={"video": newer, "something_else": "new"})

    held = await queue.get(job.id)

    assert held is not None
    assert held.video == VIDEO


async def test_jobs_are_counted_as_they_come_and_go(queue: JobQueue, redis: Redis) -> None:
    kept, over, deleted = new_job(), new_job(), new_job()
    for job in (kept, over, deleted):
        await queue.enqueue(job)
    await redis.pexpire(keys.job(over.id), 200)
    counts = [await queue.count_of_viewer("viewer_a")]
    await queue.delete(deleted.id, "viewer_a")
    await queue.enqueue(new_job())
    await queue.enqueue(new_job("viewer_b"))

    async def is_over() -> bool:
        return not await redis.exists(keys.job(over.id))

    await eventually(is_over)

    counts.append(await queue.count_of_viewer("viewer_a"))
    assert counts == [3, 2]
    assert await redis.zcard(keys.viewer_jobs("viewer_a")) == 2


async def test_a_job_that_ends_after_the_count_is_not_counted_once_it_is_over(redis: Redis, settings: Settings) -> None:
    queue = JobQueue(redis, settings.model_copy(update={"retention_hours": 1 / 3600}))
    job = new_job()
    await queue.enqueue(job)
    assert await queue.count_of_viewer("viewer_a") == 1

    await queue.cancel(job.id, "viewer_a")

    async def none_is_counted() -> bool:
        return await queue.count_of_viewer("viewer_a") == 0

    await eventually(none_is_counted, 20)
