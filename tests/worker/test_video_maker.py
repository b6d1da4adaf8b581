"""What becomes of a job when the unexpected happens to its attempt."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from redis.asyncio import Redis

from i2v_core import keys
from i2v_core.jobs import JobState
from i2v_core.media import MediaStore
from i2v_core.queue import JobQueue
from i2v_core.settings import Settings
from tests.i2v_core.test_queue import new_job
from worker.presence import Presence
from worker.render_events import RenderEvent, Started
from worker.renderer import Renderer
from worker.video_maker import VideoMaker


class Breaking(Renderer):
    """A renderer whose every render breaks off with something that nobody thought of."""

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

    await maker.make(job.id)

    ended = await queue.get(job.id)
    assert ended is not None
    assert (ended.state, ended.attempt) == (JobState.FAILED, 3)
    assert ended.failure is not None
    assert ended.failure.code == "TOO_MANY_ATTEMPTS"
    assert await redis.zcard(keys.QUEUE) == 0
