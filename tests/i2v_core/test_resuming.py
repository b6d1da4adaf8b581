"""Whoever was away says what they know, and is told what has changed since, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from redis.asyncio import Redis

from i2v_core.jobs import Job
from i2v_core.progress import Change, Deleted, Progress, ProgressHub, Watch
from i2v_core.queue import JobQueue
from i2v_core.settings import Settings
from i2v_core.tasks import ended
from tests.conftest import eventually
from tests.i2v_core.test_queue import VIDEO, new_job


@pytest.fixture
def queue(redis: Redis, settings: Settings) -> JobQueue:
    return JobQueue(redis, settings)


@pytest.fixture
async def hub(redis: Redis, queue: JobQueue) -> AsyncIterator[ProgressHub]:
    hub = ProgressHub(queue)
    running = asyncio.create_task(hub.run())

    async def listens() -> bool:
        return bool(dict(await redis.pubsub_numsub("i2v:events"))["i2v:events"])

    await eventually(listens, what="the hub listening")
    yield hub
    await ended(running)


def seen(change: Change) -> tuple[str, int] | str:
    return (change.job.id, change.job.version) if isinstance(change, Progress) else f"{change.job_id} is gone"


async def told_first(watch: Watch, queue: JobQueue, viewer: str) -> list[tuple[str, int] | str]:
    """What is told before a job that is made only now."""
    marker = new_job(viewer)
    await queue.enqueue(marker)
    told = []
    async for change in watch:
        if isinstance(change, Progress) and change.job.id == marker.id:
            return told
        told.append(seen(change))
    raise AssertionError("it ended")


async def everything_is_heard(hub: ProgressHub, queue: JobQueue) -> None:
    """What happened before is told to nobody who comes from now on, but by how things stand then."""
    async with hub.viewer("viewer_of_the_marker") as changes:
        await told_first(changes, queue, "viewer_of_the_marker")


async def test_nothing_at_or_below_the_known_version_is_told_again(hub: ProgressHub, queue: JobQueue) -> None:
    job = new_job()
    await queue.enqueue(job)
    run = await queue.begin(job.id) or 0
    version = (await queue.get(job.id, job.viewer)).version  # type: ignore[union-attr]

    async with hub.job(job.id, job.viewer, after=version) as changes:
        await queue.report(job.id, run, percent=50)
        assert seen(await anext(changes)) == (job.id, version + 1)


async def test_what_is_newer_stands_at_once(hub: ProgressHub, queue: JobQueue) -> None:
    job = new_job()
    await queue.enqueue(job)
    await queue.begin(job.id)

    async with hub.job(job.id, job.viewer, after=1) as changes:
        assert seen(await anext(changes)) == (job.id, 2)


async def test_an_end_that_was_missed_is_told_and_one_that_was_heard_is_not(hub: ProgressHub, queue: JobQueue) -> None:
    job = new_job()
    await queue.enqueue(job)
    run = await queue.begin(job.id) or 0
    await queue.complete(job.id, run, segments=10, video=VIDEO)
    version = (await queue.get(job.id, job.viewer)).version  # type: ignore[union-attr]

    async with hub.job(job.id, job.viewer, after=version - 1) as changes:
        assert [seen(change) async for change in changes] == [(job.id, version)]
    async with hub.job(job.id, job.viewer, after=version) as changes:
        assert [seen(change) async for change in changes] == []


async def test_a_job_that_was_deleted_meanwhile_is_said_to_be_gone(hub: ProgressHub, queue: JobQueue) -> None:
    job = new_job()
    await queue.enqueue(job)
    await queue.delete(job.id, job.viewer)

    async with hub.job(job.id, job.viewer, after=1) as changes:
        assert [change async for change in changes] == [Deleted(job.id)]


async def test_of_all_jobs_only_what_has_changed_is_told(hub: ProgressHub, queue: JobQueue) -> None:
    old, same, newer, gone = (new_job() for _ in range(4))
    for job in (old, same, newer, gone):
        await queue.enqueue(job)
    await queue.cancel(old.id, old.viewer)  # it had ended before they watched, and they never knew it
    known = {same.id: 1, newer.id: 1, gone.id: 1}
    await queue.begin(newer.id)
    await queue.delete(gone.id, gone.viewer)
    ended_meanwhile = new_job()
    await queue.enqueue(ended_meanwhile)
    await queue.cancel(ended_meanwhile.id, ended_meanwhile.viewer)

    await everything_is_heard(hub, queue)
    async with hub.viewer(same.viewer, known) as changes:
        told = await told_first(changes, queue, same.viewer)

    assert set(told) == {(newer.id, 2), (ended_meanwhile.id, 2), f"{gone.id} is gone"}


async def test_if_none_of_the_known_ones_is_left_everything_is_told(hub: ProgressHub, queue: JobQueue) -> None:
    gone, made = new_job(), new_job()
    for job in (gone, made):
        await queue.enqueue(job)
    await queue.delete(gone.id, gone.viewer)
    await queue.cancel(made.id, made.viewer)

    await everything_is_heard(hub, queue)
    async with hub.viewer(made.viewer, {gone.id: 1}) as changes:
        assert set(await told_first(changes, queue, made.viewer)) == {(made.id, 2), f"{gone.id} is gone"}


async def test_who_knows_none_is_told_what_has_ended_too(hub: ProgressHub, queue: JobQueue) -> None:
    made = new_job()
    await queue.enqueue(made)
    await queue.cancel(made.id, made.viewer)

    await everything_is_heard(hub, queue)
    async with hub.viewer(made.viewer, {}) as changes:
        assert await told_first(changes, queue, made.viewer) == [(made.id, 2)]


async def test_a_foreign_job_among_the_known_ones_is_gone_like_any_other(hub: ProgressHub, queue: JobQueue) -> None:
    theirs = new_job("viewer_b")
    await queue.enqueue(theirs)

    await everything_is_heard(hub, queue)
    async with hub.viewer("viewer_a", {theirs.id: 0}) as changes:
        assert await told_first(changes, queue, "viewer_a") == [f"{theirs.id} is gone"]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The jobs that are read from now on."""
    ids, get_many = list[str](), JobQueue.get_many

    async def counting(self: JobQueue, job_ids: Sequence[str]) -> list[Job | None]:
        ids.extend(job_ids)
        return await get_many(self, job_ids)

    monkeypatch.setattr(JobQueue, "get_many", counting)
    return ids


async def many_that_have_ended(queue: JobQueue, count: int) -> list[str]:
    """Ids, the oldest first."""
    jobs = [new_job() for _ in range(count)]
    for job in jobs:
        await queue.enqueue(job)
        await queue.cancel(job.id, job.viewer)
    return [job.id for job in jobs]


async def test_jobs_that_have_ended_are_not_read_to_find_the_others(
    hub: ProgressHub, queue: JobQueue, read: list[str]
) -> None:
    await many_that_have_ended(queue, 20)
    waits = new_job()
    await queue.enqueue(waits)

    await everything_is_heard(hub, queue)
    async with hub.viewer(waits.viewer) as changes:
        assert seen(await anext(changes)) == (waits.id, 1)

    assert read == [waits.id]


async def test_known_jobs_that_have_ended_and_are_the_same_are_not_read(
    hub: ProgressHub, queue: JobQueue, read: list[str]
) -> None:
    ended_ones = await many_that_have_ended(queue, 20)
    last = new_job()
    await queue.enqueue(last)

    await everything_is_heard(hub, queue)
    async with hub.viewer(last.viewer, dict.fromkeys(ended_ones, 2)) as changes:
        assert seen(await anext(changes)) == (last.id, 1)

    assert read == [last.id]


async def test_of_very_many_some_are_read_and_then_the_others(
    hub: ProgressHub, queue: JobQueue, read: list[str]
) -> None:
    ended_ones = await many_that_have_ended(queue, 250)

    await everything_is_heard(hub, queue)
    async with hub.viewer("viewer_a", {}) as changes:
        read_first = len(read)
        told = [seen(await anext(changes)) for _ in ended_ones]

    assert read_first == 100
    assert sorted(told) == [(job_id, 2) for job_id in sorted(ended_ones)]
    assert len(read) == 250


async def test_changes_while_the_others_are_read_are_told_once(hub: ProgressHub, queue: JobQueue) -> None:
    oldest = new_job()
    await queue.enqueue(oldest)
    ended_ones = await many_that_have_ended(queue, 150)
    told = list[tuple[str, int] | str]()

    await everything_is_heard(hub, queue)
    async with hub.viewer("viewer_a", {}) as changes:
        await queue.cancel(oldest.id, "viewer_a")
        await queue.delete(ended_ones[0], "viewer_a")
        while (oldest.id, 2) not in told or f"{ended_ones[0]} is gone" not in told or len(told) < 151:
            told.append(seen(await anext(changes)))
        told += await told_first(changes, queue, "viewer_a")

    assert len(told) == len(set(told))
    assert {(job_id, 2) for job_id in ended_ones[1:]} <= set(told)


async def test_the_queue_is_told_when_it_changes_and_the_clock_is_no_change(hub: ProgressHub, queue: JobQueue) -> None:
    states = hub.queue("a flow")
    assert (await anext(states)).length == 0

    for _ in range(20):
        await queue.enqueue(new_job())
    lengths = [(await anext(states)).length]
    while lengths[-1] < 20:
        lengths.append((await anext(states)).length)

    assert len(lengths) <= 3  # not twenty: at most twice a second
    assert hub.sizes()["queue"] == 1
    await states.aclose()
    assert hub.sizes()["queue"] == 0


async def test_a_pause_is_told(hub: ProgressHub, queue: JobQueue) -> None:
    states = hub.queue("a flow")
    assert not (await anext(states)).paused

    await queue.pause(True)

    assert (await anext(states)).paused
    await states.aclose()
    await queue.pause(False)


async def test_the_hub_ends_whenever_it_is_told_to(
    queue: JobQueue, monkeypatch: pytest.MonkeyPatch, redis: Redis
) -> None:
    monkeypatch.setattr("i2v_core.progress._LINE_MAX_AGE", 0.001)  # so that its own clock strikes all the time
    monkeypatch.setattr("i2v_core.progress._LINE_SECONDS", 0.0)
    job = new_job()
    await queue.enqueue(job)

    for number in range(200):
        hub = ProgressHub(queue)
        running = asyncio.create_task(hub.run())
        async with asyncio.timeout(10), hub.job(job.id, job.viewer) as changes:
            await anext(changes)
            for _ in range(number % 40):
                await asyncio.sleep(0)
            if number % 3 == 0:
                await asyncio.sleep(number / 50_000)
            running.cancel()  # once, as a server does
            await asyncio.wait([running])
        assert running.cancelled()

    async def nobody_listens() -> bool:  # Redis sees that a connection was closed a moment after we closed it
        return dict(await redis.pubsub_numsub("i2v:events"))["i2v:events"] == 0

    assert await eventually(nobody_listens)


async def test_a_task_that_does_not_hear_the_first_cancellation_is_cancelled_again() -> None:
    heard = 0

    async def hard_of_hearing() -> None:
        nonlocal heard
        while heard < 3:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                heard += 1

    task = asyncio.create_task(hard_of_hearing())
    await asyncio.sleep(0)
    await ended(task)

    assert heard == 3
