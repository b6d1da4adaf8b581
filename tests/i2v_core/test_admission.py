"""Bounds on uploads: each is refused with what it is, and with when it is worth trying again."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from i2v_core import keys
from i2v_core.admission import Admission
from i2v_core.errors import Code, UploadRefused
from i2v_core.line import Slot
from i2v_core.queue import Enqueued, JobQueue
from i2v_core.settings import Settings
from tests.i2v_core.test_queue import new_job


def bounded(redis: Redis, settings: Settings, **bounds: int) -> tuple[JobQueue, Admission]:
    queue = JobQueue(redis, settings.model_copy(update=bounds))
    return queue, Admission(queue)


async def test_who_has_enough_waiting_is_told_when_the_first_begins(redis: Redis, settings: Settings) -> None:
    queue, admission = bounded(redis, settings, waiting_per_viewer=2)
    await queue.show_slot("slot", Slot(seen=asyncio.get_running_loop().time() + 2e9, seconds=30))
    for job in (new_job("b"), new_job("a"), new_job("a")):
        await queue.enqueue(job)

    with pytest.raises(UploadRefused) as refused:
        async with admission.admitted("a", "a"):
            pass

    assert refused.value.code is Code.TOO_MANY_WAITING
    assert refused.value.limit is not None
    assert refused.value.limit.value == 2
    assert refused.value.retry_after == 30
    async with admission.admitted("b", "b"):
        pass


async def test_a_full_queue_is_full_for_everybody(redis: Redis, settings: Settings) -> None:
    queue, admission = bounded(redis, settings, waiting_overall=3)
    for who in "abc":
        await queue.enqueue(new_job(who))

    with pytest.raises(UploadRefused) as refused:
        async with admission.admitted("d", "d"):
            pass

    assert (refused.value.code, (refused.value.retry_after or 0) > 0) == (Code.QUEUE_FULL, True)


async def test_the_bounds_hold_in_the_step_that_would_cross_them(redis: Redis, settings: Settings) -> None:
    queue, admission = bounded(redis, settings, waiting_per_viewer=5)

    outcomes = [outcome for outcome, _ in await asyncio.gather(*(queue.enqueue(new_job("a")) for _ in range(20)))]

    assert outcomes.count(Enqueued.OK) == 5
    assert outcomes.count(Enqueued.FLOW_FULL) == 15
    assert (await admission.refused_at_the_end(Enqueued.FLOW_FULL, "a")).code is Code.TOO_MANY_WAITING


async def test_uploads_under_way_are_bounded_and_free_their_place_however_they_end(
    redis: Redis, settings: Settings
) -> None:
    _, admission = bounded(redis, settings, uploads_in_flight=2)

    async with AsyncExitStack() as held:
        await held.enter_async_context(admission.admitted("a", "a"))
        await held.enter_async_context(admission.admitted("a", "a"))
        with pytest.raises(UploadRefused) as refused:
            await held.enter_async_context(admission.admitted("a", "a"))
        assert (refused.value.code, refused.value.retry_after) == (Code.TOO_MANY_AT_ONCE, 1)
    with pytest.raises(RuntimeError, match="broke off"):
        async with admission.admitted("a", "a"):
            raise RuntimeError("broke off")

    async with admission.admitted("a", "a"), admission.admitted("a", "a"):
        pass


async def test_uploads_a_minute_are_bounded_refused_ones_included(redis: Redis, settings: Settings) -> None:
    _, admission = bounded(redis, settings, uploads_per_minute=3)
    for _ in range(3):
        async with admission.admitted("a", "a"):
            pass

    with pytest.raises(UploadRefused) as refused:
        async with admission.admitted("a", "a"):
            pass

    assert refused.value.code is Code.TOO_MANY_UPLOADS
    assert 0 < (refused.value.retry_after or 0) <= 60
    async with admission.admitted("b", "b"):
        pass


async def test_a_viewer_has_so_many_uploads_a_minute_from_wherever_they_come(redis: Redis, settings: Settings) -> None:
    _, admission = bounded(redis, settings, uploads_per_minute=3)
    for address in ("home", "work", "train"):
        async with admission.admitted(address, "viewer_a"):
            pass

    with pytest.raises(UploadRefused) as refused:
        async with admission.admitted("cafe", "viewer_a"):
            pass

    assert refused.value.code is Code.TOO_MANY_UPLOADS
    assert 0 < (refused.value.retry_after or 0) <= 60
    for _ in range(3):  # what is refused counts for nobody else
        async with admission.admitted("cafe", "viewer_b"):
            pass


async def test_who_has_as_many_jobs_as_one_may_is_told_to_delete_some(redis: Redis, settings: Settings) -> None:
    queue, admission = bounded(redis, settings, jobs_per_viewer=2, waiting_per_viewer=1)
    ended = [new_job("a") for _ in range(3)]
    for job in ended:
        assert await queue.enqueue(job) == (Enqueued.OK, job.id)
        await queue.cancel(job.id, "a")

    for viewer, is_new in (("b", True), ("a", False)):
        async with admission.admitted("a", viewer, is_new=is_new):
            pass
    with pytest.raises(UploadRefused) as refused:
        async with admission.admitted("a", "a"):
            pass
    assert (refused.value.code, refused.value.retry_after) == (Code.TOO_MANY_JOBS, None)
    assert refused.value.limit is not None
    assert refused.value.limit.value == 3
    assert await queue.enqueue(new_job("a")) == (Enqueued.VIEWER_FULL, "")
    assert (await admission.refused_at_the_end(Enqueued.VIEWER_FULL, "a")).code is Code.TOO_MANY_JOBS

    await queue.delete(ended[0].id, "a")
    async with admission.admitted("a", "a"):
        pass
    assert (await queue.enqueue(new_job("a")))[0] is Enqueued.OK


async def test_jobs_whose_time_is_over_make_room(redis: Redis, settings: Settings) -> None:
    queue, admission = bounded(redis, settings, jobs_per_viewer=1, waiting_per_viewer=1)
    ended = [new_job("a") for _ in range(2)]
    for job in ended:
        await queue.enqueue(job)
        await queue.cancel(job.id, "a")
    assert await queue.enqueue(new_job("a")) == (Enqueued.VIEWER_FULL, "")

    await redis.delete(keys.job(ended[0].id))  # as its end does, which tells nobody

    async with admission.admitted("a", "a"):
        pass
    assert (await queue.enqueue(new_job("a")))[0] is Enqueued.OK
    assert await queue.enqueue(new_job("a")) == (Enqueued.FLOW_FULL, "")


async def test_the_bound_of_jobs_holds_in_the_step_that_would_cross_it(redis: Redis, settings: Settings) -> None:
    queue, _ = bounded(redis, settings, jobs_per_viewer=2, waiting_per_viewer=3)
    jobs = [replace(new_job("a"), flow=f"address {n}") for n in range(20)]

    outcomes = [outcome for outcome, _ in await asyncio.gather(*(queue.enqueue(job) for job in jobs))]

    assert (outcomes.count(Enqueued.OK), outcomes.count(Enqueued.VIEWER_FULL)) == (5, 15)


async def test_an_idempotency_key_makes_one_job_of_one_picture(redis: Redis, settings: Settings) -> None:
    queue, _ = bounded(redis, settings, waiting_per_viewer=1)
    first, again, other, elsewhere = new_job("a"), new_job("a"), new_job("a"), new_job("b")

    answers = [
        await queue.enqueue(first, idempotency="key", fingerprint="x"),
        await queue.enqueue(again, idempotency="key", fingerprint="x"),
        await queue.enqueue(other, idempotency="key", fingerprint="y"),
        await queue.enqueue(elsewhere, idempotency="key", fingerprint="y"),
    ]

    assert answers == [
        (Enqueued.OK, first.id),
        (Enqueued.SAME, first.id),
        (Enqueued.OTHER, ""),
        (Enqueued.OK, elsewhere.id),
    ]
    assert await queue.get(again.id) is None
    await queue.delete(first.id, "a")
    assert (await queue.enqueue(other, idempotency="key", fingerprint="y"))[0] is Enqueued.OK
