"""What becomes of a job when the unexpected happens to its attempt."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from redis.asyncio import Redis

from i2v_core import keys
from i2v_core.jobs import JobState
from i2v_core.leases import Leases
from i2v_core.media import MediaStore
from i2v_core.queue import JobQueue
from i2v_core.settings import Settings
from tests.conftest import eventually
from tests.i2v_core.test_queue import VIDEO, new_job
from worker.presence import Presence
from worker.render_events import Ready, RenderEvent, Started
from worker.renderer import RenderDied, Renderer
from worker.video_maker import VideoMaker, _Run


class Breaking(Renderer):
    """A renderer whose every render breaks off with something that nobody thought of."""

    async def start(self) -> Ready:
        """It is there."""
        return Ready("breaking", 1, 0.0)

    async def render(self, job_id: str, run: int, options: Any) -> AsyncGenerator[RenderEvent, None]:
        """One event, then the unthinkable."""
        yield Started(job_id, run, 1.0)
        raise ZeroDivisionError("who would have thought")


async def test_whatever_breaks_costs_attempts_and_ends_in_a_failure_with_a_reason(
    redis: Redis, settings: Settings
) -> None:
    queue = JobQueue(redis, settings)
    maker = VideoMaker(queue, MediaStore(settings.media_path), Breaking(), Presence(queue, 1.0))
    job = new_job()
    await queue.enqueue(job)

    await maker.make(job.id, "lease_a")

    ended = await queue.get(job.id)
    assert ended is not None
    assert (ended.state, ended.attempt) == (JobState.FAILED, 3)
    assert ended.failure is not None
    assert ended.failure.code == "TOO_MANY_ATTEMPTS"
    assert await redis.zcard(keys.QUEUE) == 0


async def test_a_model_that_cannot_be_loaded_costs_no_job_an_attempt(redis: Redis, settings: Settings) -> None:
    class Unloadable(Breaking):
        starts = 0

        async def start(self) -> Ready:
            self.starts += 1
            raise RenderDied("out of memory")

    queue, renderer = JobQueue(redis, settings), Unloadable()
    maker = VideoMaker(queue, MediaStore(settings.media_path), renderer, Presence(queue, 1.0))
    job = new_job()
    await queue.enqueue(job)
    making = asyncio.create_task(maker.make(job.id, "lease_a"))

    await eventually(lambda: _is_true(renderer.starts >= 2), what="a second try")
    making.cancel()
    await asyncio.gather(making, return_exceptions=True)

    waiting = await queue.get(job.id)
    assert waiting is not None
    assert (waiting.state, waiting.attempt) == (JobState.QUEUED, 0)


async def _is_true(value: bool) -> bool:
    return value


async def test_a_job_that_another_has_by_now_is_not_taken_over(redis: Redis, settings: Settings) -> None:
    queue, leases = JobQueue(redis, settings), Leases(redis, settings)
    maker = VideoMaker(queue, MediaStore(settings.media_path), Breaking(), Presence(queue, 1.0))
    job = new_job()
    await queue.enqueue(job)
    run = await queue.begin(job.id, lease="lease_b")
    held = await queue.get(job.id)

    await maker.make(job.id, "lease_a")

    assert run == 1
    assert await queue.get(job.id) == held
    assert await redis.zrange(keys.QUEUE, 0, -1) == [job.id]
    assert not await leases.renew(job.id, "lease_a")
    assert await leases.renew(job.id, "lease_b"), "to begin is to take a lease that nobody has"


@pytest.mark.parametrize("asked", ["begin", "get"])
async def test_told_to_stop_just_as_a_job_is_begun_its_attempt_is_not_used_up(
    redis: Redis, settings: Settings, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    queue = JobQueue(redis, settings)
    maker = VideoMaker(queue, MediaStore(settings.media_path), Breaking(), Presence(queue, 1.0))
    job = new_job()
    await queue.enqueue(job)
    ask = getattr(queue, asked)

    async def told_to_stop_meanwhile(*args: Any, **options: Any) -> Any:
        monkeypatch.undo()
        answer = await ask(*args, **options)
        making.cancel()
        await asyncio.sleep(0)
        return answer

    monkeypatch.setattr(queue, asked, told_to_stop_meanwhile)
    making = asyncio.create_task(maker.make(job.id, "lease_a"))
    await asyncio.wait([making])

    waiting = await queue.get(job.id)
    assert making.cancelled()
    assert waiting is not None
    assert (waiting.state, waiting.attempt, waiting.run) == (JobState.QUEUED, 0, 1)


async def test_a_worker_that_is_told_to_stop_leaves_what_is_done_or_anothers(redis: Redis, settings: Settings) -> None:
    queue, media = JobQueue(redis, settings), MediaStore(settings.media_path)
    done, overtaken = new_job(), new_job()
    runs = []
    for job in (done, overtaken):
        await queue.enqueue(job)
        runs.append(await queue.begin(job.id) or 0)
        media.put_segment(job.id, runs[-1], 0, b"x")
    await queue.complete(done.id, runs[0], segments=1, video=VIDEO)
    later = await queue.begin(overtaken.id) or 0
    media.put_segment(overtaken.id, later, 0, b"y")
    maker = VideoMaker(queue, media, Breaking(), Presence(queue, 1.0))

    for job, run in zip((done, overtaken), runs, strict=True):
        await maker._put_back(_Run(job, run, 0.0))

    assert media.segment(done.id, runs[0], 0) == b"x"
    assert media.segment(overtaken.id, later, 0) == b"y"
