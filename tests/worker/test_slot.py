"""The slot: a Redis that breaks off in the middle of taking a job must not take the slot with it."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from arq.constants import in_progress_key_prefix
from redis.asyncio import Redis
from redis.exceptions import ConnectionError

from i2v_core.errors import StoreUnavailable
from i2v_core.jobs import JobState
from i2v_core.queue import JobQueue
from i2v_core.settings import Settings
from i2v_core.store import connect
from i2v_core.tasks import ended
from tests.conftest import OwnRedis, eventually
from tests.i2v_core.test_queue import VIDEO, new_job
from worker.slot import SlotWorker


@asynccontextmanager
async def at_work(worker: SlotWorker) -> AsyncIterator[asyncio.Task[None]]:
    """The worker, taking jobs, until what is in it has ended."""
    working = worker.main_task = asyncio.create_task(worker.main())
    try:
        yield working
    finally:
        await ended(working, *worker.tasks.values())
        await worker.pool.aclose()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_a_connection_that_breaks_while_a_job_is_taken_leaves_the_slot_free(
    redis: Redis, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue, made = JobQueue(redis, settings), []

    async def make(job_id: str, _: str) -> None:
        made.append(job_id)
        run = await queue.begin(job_id) or 0
        await queue.complete(job_id, run, segments=10, video=VIDEO)

    worker = SlotWorker(settings, queue, make)
    breaks = {"left": 3}
    pipeline = worker.pool.pipeline

    def breaking(*args: object, **kwargs: object) -> object:
        if breaks["left"]:
            breaks["left"] -= 1
            raise ConnectionError("it broke off")
        return pipeline(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(worker.pool, "pipeline", breaking)
    job = new_job()
    await queue.enqueue(job)

    async def is_made() -> bool:
        return made == [job.id]

    async with at_work(worker):
        await eventually(is_made, what="the job being made after all")
    assert breaks["left"] == 0


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_a_worker_that_is_told_to_stop_in_the_middle_of_a_command_stops(
    redis: Redis, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = SlotWorker(settings, JobQueue(redis, settings), lambda *_: asyncio.sleep(0))
    asked, looked = asyncio.Event(), 0

    async def deaf(*_: object, **__: object) -> list[bytes]:
        nonlocal looked
        looked += 1
        asked.set()
        with suppress(asyncio.CancelledError):  # as `wait_for` of Python 3.11 when it is just done
            await asyncio.sleep(60)
        return []

    monkeypatch.setattr(worker.pool, "zrangebyscore", deaf)
    working = asyncio.create_task(worker.main())
    await asked.wait()
    working.cancel()

    await asyncio.wait([working])
    assert working.cancelled()
    assert looked == 1
    await worker.pool.aclose()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_a_job_whose_lease_is_anothers_is_given_up(redis: Redis, settings: Settings) -> None:
    making, given_up = asyncio.Event(), asyncio.Event()

    async def make(*_: str) -> None:
        making.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            given_up.set()
            raise

    queue, job = JobQueue(redis, settings), new_job()
    await queue.enqueue(job)
    async with at_work(SlotWorker(settings, queue, make)):
        await making.wait()
        await redis.set(in_progress_key_prefix + job.id, "lease_of_another", px=60_000)

        await given_up.wait()

    assert await redis.get(in_progress_key_prefix + job.id) == "lease_of_another"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_the_job_of_a_worker_that_was_killed_comes_before_those_behind_it(
    redis: Redis, settings: Settings
) -> None:
    queue, made = JobQueue(redis, settings), []

    async def make(job_id: str, lease: str) -> None:
        made.append((job_id, await queue.begin(job_id, lease=lease)))
        await queue.complete(job_id, made[-1][1] or 0, segments=10, video=VIDEO)

    killed, behind = new_job("viewer_a"), new_job("viewer_b")
    for job in (killed, behind):
        await queue.enqueue(job)
    await queue.begin(killed.id, lease="lease_of_the_dead")
    await redis.pexpire(in_progress_key_prefix + killed.id, 1000)

    async def all_made() -> bool:
        return len(made) == 2

    async with at_work(SlotWorker(settings, queue, make)):
        await eventually(all_made, what="both being made")
    assert made == [(killed.id, 2), (behind.id, 1)]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_a_worker_that_is_terminated_while_the_queue_is_paused_stops_when_its_job_is_done(
    redis: Redis, settings: Settings
) -> None:
    queue, job = JobQueue(redis, settings), new_job()
    making, may_end = asyncio.Event(), asyncio.Event()

    async def make(*_: str) -> None:
        making.set()
        await may_end.wait()

    await queue.enqueue(job)
    worker = SlotWorker(settings.model_copy(update={"drain_seconds": 3600}), queue, make)
    async with at_work(worker) as working:
        await making.wait()
        await queue.pause(True)
        worker.handle_sig_wait_for_completion(signal.SIGTERM)
        may_end.set()

        await asyncio.wait([working])

    assert working.cancelled()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_a_lease_that_could_not_be_renewed_is_tried_again_at_once(
    redis: Redis, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue, renewed = JobQueue(redis, settings), asyncio.Event()

    async def make(*_: str) -> None:
        await renewed.wait()

    worker = SlotWorker(settings, queue, make)

    async def away(*_: str) -> bool:
        worker._renew_seconds = 3600.0
        monkeypatch.setattr(worker._leases, "renew", back)
        raise StoreUnavailable

    async def back(*_: str) -> bool:
        renewed.set()
        return True

    monkeypatch.setattr(worker._leases, "renew", away)
    await queue.enqueue(new_job())
    async with at_work(worker):
        await renewed.wait()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_an_outage_longer_than_the_lease_costs_no_attempt_while_another_slot_is_idle(
    own_redis: OwnRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(redis_url=own_redis.url, lease_seconds=2)
    redis = connect(own_redis.url)
    queue, job = JobQueue(redis, settings), new_job()
    begun: list[int | None] = []
    started, may_end = asyncio.Event(), asyncio.Event()

    async def make(job_id: str, lease: str) -> None:
        begun.append(await queue.begin(job_id, lease=lease))
        started.set()
        await may_end.wait()
        await queue.complete(job_id, begun[-1] or 0, segments=10, video=VIDEO)

    owner, idle = SlotWorker(settings, queue, make), SlotWorker(settings, queue, make)
    renew, look = owner._leases.renew, idle.pool.zrangebyscore
    looks = 0
    looked_twice = asyncio.Event()  # and so has taken what it would take at the first look

    async def renew_when_the_other_has_looked(*given: str) -> bool:
        if killed:
            await looked_twice.wait()
        return await renew(*given)

    async def count_looks(*args: Any, **options: Any) -> Any:
        nonlocal looks
        found = await look(*args, **options)
        looks += 1
        if killed and looks >= 2:
            looked_twice.set()
        return found

    async def has_looked() -> bool:
        return looks > 0

    async def has_looked_or_begun() -> bool:
        return looked_twice.is_set() or len(begun) > 1

    async def lapsed() -> bool:
        return time.monotonic() > killed + settings.lease_seconds

    async def completed() -> bool:
        return (held := await queue.get(job.id)) is not None and held.state is JobState.COMPLETED

    monkeypatch.setattr(owner._leases, "renew", renew_when_the_other_has_looked)
    monkeypatch.setattr(idle.pool, "zrangebyscore", count_looks)
    killed = 0.0
    await queue.enqueue(job)
    async with at_work(owner):
        await started.wait()
        async with at_work(idle):
            await eventually(has_looked, what="the other worker looking at the queue")
            own_redis.kill()
            killed, looks = time.monotonic(), 0
            await eventually(lapsed, what="the lease being over")
            own_redis.start()
            await eventually(has_looked_or_begun, what="the other worker looking again")
            may_end.set()
            await eventually(completed, what="the job being completed")

    assert begun == [1]
    await redis.aclose()


async def test_a_command_that_loses_a_cancellation_does_not_lose_it_for_us(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = asyncio.Event()

    async def deaf(*_: object, **__: object) -> str:
        sent.set()
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        return "PONG"

    monkeypatch.setattr(Redis, "execute_command", deaf)
    asking = asyncio.create_task(redis.get("anything"))
    await sent.wait()
    asking.cancel()

    await asyncio.wait([asking])
    assert asking.cancelled()
