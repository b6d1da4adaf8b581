"""The hub: a snapshot first, every change after it, newest wins, and nothing missed when Redis was away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from i2v_core import keys
from i2v_core.jobs import Job, JobState
from i2v_core.line import Slot
from i2v_core.mailbox import Mailbox
from i2v_core.progress import Change, Deleted, Progress, ProgressHub
from i2v_core.queue import JobQueue
from i2v_core.settings import Settings
from i2v_core.store import connect
from tests.conftest import OwnRedis, eventually
from tests.i2v_core.test_queue import VIDEO, new_job


@pytest.fixture
async def hub(redis: Redis, settings: Settings) -> AsyncIterator[ProgressHub]:
    hub = ProgressHub(JobQueue(redis, settings))
    running = asyncio.create_task(hub.run())

    async def listens() -> bool:
        return bool(dict(await redis.pubsub_numsub("i2v:events"))["i2v:events"])

    await eventually(listens, what="the hub listening")
    yield hub
    running.cancel()
    await asyncio.wait([running])


@pytest.fixture
def queue(redis: Redis, settings: Settings) -> JobQueue:
    return JobQueue(redis, settings)


def state(change: Change) -> JobState:
    assert isinstance(change, Progress)
    return change.job.state


async def test_a_subscriber_gets_what_stands_and_then_every_change_to_the_end(
    hub: ProgressHub, queue: JobQueue
) -> None:
    job = new_job()
    await queue.enqueue(job)

    async with hub.job(job.id, job.viewer) as changes:
        assert state(await anext(changes)) is JobState.QUEUED
        run = await queue.begin(job.id) or 0
        assert state(await anext(changes)) is JobState.PROCESSING
        await queue.complete(job.id, run, segments=10, video=VIDEO)
        assert [state(change) async for change in changes] == [JobState.COMPLETED]


async def test_a_slow_subscriber_gets_the_newest_and_never_misses_the_end(hub: ProgressHub, queue: JobQueue) -> None:
    job = new_job()
    await queue.enqueue(job)
    run = await queue.begin(job.id) or 0

    async with hub.job(job.id, job.viewer) as slow, hub.job(job.id, job.viewer) as quick:
        await anext(slow)
        for percent in range(1, 99):
            await queue.report(job.id, run, percent=percent)
        await queue.complete(job.id, run, segments=10, video=VIDEO)
        assert [state(change) async for change in quick][-1] is JobState.COMPLETED  # so all of them have arrived
        assert [state(change) async for change in slow] == [JobState.COMPLETED]


async def test_a_subscriber_that_does_not_read_holds_one_change_of_each_job(hub: ProgressHub, queue: JobQueue) -> None:
    jobs = [new_job("viewer_slow") for _ in range(3)]
    for job in jobs:
        await queue.enqueue(job)

    async with hub.viewer("viewer_slow") as changes:
        for number in range(1000):
            hub._deliver(replace(jobs[number % 3], state=JobState.PROCESSING, version=2 + number, percent=1.0))

        left = [await anext(changes) for _ in jobs]
        assert sorted(change.job.version for change in left) == [999, 1000, 1001]  # type: ignore[union-attr]
        assert changes._box._changes == {}


async def test_a_foreign_job_is_one_that_does_not_exist_even_while_it_changes(
    hub: ProgressHub, queue: JobQueue
) -> None:
    job = new_job("viewer_a")
    await queue.enqueue(job)

    async with hub.job(job.id, "viewer_b") as changes:
        await queue.begin(job.id)
        assert [change async for change in changes] == [Deleted(job.id)]


async def test_a_job_that_is_deleted_while_a_subscription_begins_does_not_leave_it_waiting(
    hub: ProgressHub, queue: JobQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = new_job()
    await queue.enqueue(job)
    as_it_is = hub._progress

    async def deleted_meanwhile(first: Job) -> Progress:
        progress = await as_it_is(first)
        await queue.delete(first.id, first.viewer)

        async def is_told() -> bool:
            return any(first.id in box._gone for box in hub._jobs[first.id])

        await eventually(is_told, what="the deletion arriving")
        return progress

    monkeypatch.setattr(hub, "_progress", deleted_meanwhile)

    async with hub.job(job.id, job.viewer) as changes:
        assert [change async for change in changes] == [Deleted(job.id)]


async def test_an_event_that_nobody_understands_silences_nothing(
    hub: ProgressHub, queue: JobQueue, redis: Redis
) -> None:
    job = new_job()
    await queue.enqueue(job)

    async with hub.job(job.id, job.viewer) as changes:
        await anext(changes)
        for event in ("{}", "[]", '{"type": "job", "job": {"id": "x", "state": "DREAMING"}}', "no json"):
            await redis.publish("i2v:events", event)
        await queue.cancel(job.id, job.viewer)
        assert [state(change) async for change in changes][-1] is JobState.CANCELLED


async def test_the_place_is_told_when_the_line_moves(hub: ProgressHub, queue: JobQueue) -> None:
    first, second = new_job(), new_job()
    await queue.enqueue(first)
    await queue.enqueue(second)

    async with hub.job(second.id, second.viewer) as changes:
        assert (await anext(changes)).estimate.place == 2  # type: ignore[union-attr]
        await queue.cancel(first.id, first.viewer)
        assert (await anext(changes)).estimate.place == 1  # type: ignore[union-attr]


async def test_a_look_at_the_line_from_before_it_came_says_nothing_of_its_place(
    hub: ProgressHub, queue: JobQueue
) -> None:
    before, job = await queue.line(), new_job()
    await queue.enqueue(job)

    async with hub.job(job.id, job.viewer) as changes:
        waiting = await anext(changes)
        await hub._tell_places(before)
        await queue.cancel(job.id, job.viewer)
        ended = await anext(changes)

    assert isinstance(waiting, Progress)
    assert isinstance(ended, Progress)
    assert waiting.estimate.place == 1
    assert ended.job.state is JobState.CANCELLED


async def test_a_job_that_begins_while_it_is_looked_up_is_not_said_to_wait(hub: ProgressHub, queue: JobQueue) -> None:
    job = new_job()
    await queue.enqueue(job)
    await queue.show_slot("slot", Slot(time.time(), 30, job=job.id, started=time.time()))
    await queue.begin(job.id)

    told = await hub.progress(job)

    assert told.job.state is JobState.PROCESSING


async def test_who_hears_of_an_end_is_told_a_line_without_it(hub: ProgressHub, queue: JobQueue) -> None:
    job = new_job()
    await queue.enqueue(job)
    run = await queue.begin(job.id) or 0

    async with hub.job(job.id, job.viewer) as changes:
        hub.line_changed()
        assert job.id in (await hub.line()).places, "no worker says that it has it"
        await queue.complete(job.id, run, segments=10, video=VIDEO)
        assert [state(change) async for change in changes][-1] is JobState.COMPLETED
        assert job.id not in (await hub.line_as_told()).places


async def test_a_subscription_that_ends_leaves_nothing_behind(hub: ProgressHub, queue: JobQueue) -> None:
    job = new_job()
    await queue.enqueue(job)

    for _ in range(100):
        async with hub.job(job.id, job.viewer) as changes, hub.viewer(job.viewer) as all_changes:
            await anext(changes)
            await anext(all_changes)

    assert hub._jobs == {}
    assert hub._viewers == {}


async def test_a_job_that_ends_after_its_watchers_have_left_is_not_held(hub: ProgressHub, queue: JobQueue) -> None:
    for _ in range(5):
        job = new_job()
        await queue.enqueue(job)
        async with hub.job(job.id, job.viewer) as changes:
            await anext(changes)
        await queue.cancel(job.id, job.viewer)

    async def nothing_is_held() -> bool:
        return hub.sizes() == {"mailboxes": 0, "watched": 0, "queue": 0}

    await eventually(nothing_is_held)


async def test_a_job_that_waits_on_after_its_watchers_have_left_is_not_held(hub: ProgressHub, queue: JobQueue) -> None:
    job = new_job()
    await queue.enqueue(job)

    async def line_is_at_rest() -> bool:
        return hub._line is not None and job.id in hub._line.places and bool(hub._line_dirty._waiters)

    await eventually(line_is_at_rest)
    async with hub.job(job.id, job.viewer) as changes:
        await anext(changes)

    async def nothing_is_held() -> bool:
        return hub.sizes()["watched"] == 0

    await eventually(nothing_is_held)


async def test_a_job_that_has_left_the_line_without_a_word_is_not_held(
    hub: ProgressHub, queue: JobQueue, redis: Redis
) -> None:
    job = new_job()
    await queue.enqueue(job)

    async with hub.job(job.id, job.viewer) as changes:
        await anext(changes)
        await redis.zrem(keys.QUEUE, job.id)

    async def nothing_is_held() -> bool:
        return hub.sizes()["watched"] == 0

    await eventually(nothing_is_held)


def test_being_told_that_a_job_is_gone_costs_the_same_however_many_are() -> None:
    box = Mailbox()

    box.put(Deleted("job_0"))
    gone = box._gone
    box.put(Deleted("job_1"))

    assert box._gone is gone
    assert gone == {"job_0", "job_1"}


async def test_what_happened_while_redis_was_away_is_told_afterwards(own_redis: OwnRedis, settings: Settings) -> None:
    redis = connect(own_redis.url)
    queue = JobQueue(redis, settings)
    hub = ProgressHub(queue)
    running = asyncio.create_task(hub.run())
    job = new_job()
    await queue.enqueue(job)
    async with hub.job(job.id, job.viewer) as changes:
        assert state(await anext(changes)) is JobState.QUEUED

        own_redis.kill()
        await asyncio.to_thread(own_redis.start)
        await queue.cancel(job.id, job.viewer)  # before or after the hub is back: it must not matter

        assert [state(change) async for change in changes][-1] is JobState.CANCELLED
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await redis.aclose()
