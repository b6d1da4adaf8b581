"""What the worker does with one job: begin a run, have it rendered, report, and end it in exactly one way.

Every report is fenced by the run: the first one that is answered with "not yours any more" (cancelled, deleted, or
taken over after this worker was thought dead) stops the render, and nothing of it counts.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from typing import TypeVar

from i2v_core.errors import Code, StartRefused, StoreUnavailable
from i2v_core.jobs import Failure, Job, Stage, Video
from i2v_core.logs import get_logger
from i2v_core.media import MediaStore
from i2v_core.queue import JobQueue
from worker.presence import Presence
from worker.render_events import (
    Cancelled,
    Done,
    Failed,
    FramesDone,
    InitStored,
    Progressed,
    RenderEvent,
    SegmentStored,
    Started,
)
from worker.renderer import RenderDied, Renderer

log = get_logger("worker")

T = TypeVar("T")

#: Percent when the model has given its last frame; what is left is the end of the encode and the ending of the job.
_FRAMES_PERCENT = 99.0
#: Seconds that a worker which is told to stop waits to hear whether a run has begun: far more than a Redis that is there takes.
_ANSWER_SECONDS = 2.0


class Lost(Exception):
    """The run does not own its job any more."""


@dataclass(slots=True)
class _Run:
    """What is known of a run while it goes on."""

    job: Job
    number: int
    began: float
    video: Video | None = None
    segments: int = 0


class VideoMaker:
    """Makes one video after the other with one renderer."""

    def __init__(self, queue: JobQueue, media: MediaStore, renderer: Renderer, presence: Presence) -> None:
        self._queue = queue
        self._media = media
        self._renderer = renderer
        self._presence = presence
        self._job_id: str | None = None

    async def make(self, job_id: str, lease: str) -> None:
        """Bring a job to its end, with as many attempts as it has, while the lease with this token is ours.

        Cancelling the task puts the job back.
        """
        self._job_id = job_id
        try:
            while True:
                await self._presence.working_on(job_id)
                await self._until_model_is_there()
                run = await self._begin(job_id, lease)
                if run is None or await self._attempt(run):
                    return
        finally:
            self._job_id = None
            await self._presence.idle()

    async def cancel(self, job_id: str) -> None:
        """Stop rendering if it is this job that is rendered: it was cancelled or deleted."""
        if job_id == self._job_id:
            await self._renderer.cancel()

    async def _until_model_is_there(self) -> None:
        """Wait for a render process that has its model: one that cannot be loaded must not cost any job an attempt."""
        backoff = 0.5
        while True:
            try:
                await self._renderer.start()
                return
            except (RenderDied, StartRefused) as error:
                log.error("model_not_loaded", reason=str(error)[:300], again_in=backoff)
                await asyncio.sleep(backoff)
                backoff = min(30.0, 2 * backoff)

    async def _begin(self, job_id: str, lease: str) -> _Run | None:
        """A run of the job, or None if there is none to be had. Told to stop meanwhile, none is left behind."""
        call = secrets.token_hex(8)
        beginning = asyncio.create_task(_until_done(lambda: self._queue.begin(job_id, call, lease=lease)))
        try:
            return await self._run_of(job_id, await asyncio.shield(beginning))
        except asyncio.CancelledError:
            # By now Redis may have begun it or may be about to: its answer has to be heard, for a while.
            with suppress(StoreUnavailable, OSError, TimeoutError):
                await asyncio.shield(self._take_back(job_id, beginning))
            raise

    async def _take_back(self, job_id: str, beginning: asyncio.Task[int | None]) -> None:
        async with asyncio.timeout(_ANSWER_SECONDS):
            run = await self._run_of(job_id, await beginning)
        if run is not None:
            await self._put_back(run)

    async def _run_of(self, job_id: str, number: int | None) -> _Run | None:
        job = await _until_done(lambda: self._queue.get(job_id)) if number else None
        return _Run(job, number, time.monotonic()) if job and number else None

    async def _attempt(self, run: _Run) -> bool:
        """One attempt. True if the job has ended or is another's, False if it must be tried again."""
        job, number = run.job, run.number
        started = log.bind(job=job.id, attempt=job.attempt, run=number)
        started.info("job_started", waited=round(time.time() - job.created_at, 3))
        try:
            async with aclosing(self._renderer.render(job.id, number, job.options)) as events:
                try:
                    async for event in events:
                        await self._take(run, event)
                except asyncio.CancelledError:
                    # Told to stop: back into the queue before anything else, so that it is safe whatever comes.
                    # Should Redis be away right now, its lease runs out and the job begins again elsewhere.
                    with suppress(StoreUnavailable, OSError):
                        await asyncio.shield(self._put_back(run))
                    raise
        except RenderDied as error:
            started.warning("render_died", reason=str(error))
            return False
        except Lost:
            started.info("job_given_up")
            await asyncio.to_thread(self._drop, job.id, number, await self._still_there(job.id))
            return True
        except Exception as error:
            # Whatever it is, it costs an attempt and not the job: after the last one it FAILS with a reason.
            started.error("attempt_broke", reason=repr(error)[:500], exc_info=error)
            return False
        return True

    async def _take(self, run: _Run, event: RenderEvent) -> None:
        match event:
            case Started():
                self._presence.model_takes(event.model_seconds)
                await self._report(run, stage=Stage.GENERATING)
            case Progressed():
                await self._report(run, percent=_FRAMES_PERCENT * event.fraction)
            case InitStored():
                run.video = Video(
                    event.mime_type, event.width, event.height, event.segment_seconds, event.duration, event.marked
                )
                await self._report(run, video=run.video)
            case SegmentStored():
                run.segments = event.index + 1
                await self._report(run, segments=run.segments, video=run.video)
            case FramesDone():
                await self._report(run, stage=Stage.FINISHING, percent=_FRAMES_PERCENT)
            case Done():
                await self._complete(run, event)
            case Failed():
                failure = Failure(event.code, event.message, event.how_to_fix)
                log.warning(
                    "job_failed", job=run.job.id, attempt=run.job.attempt, code=event.code, reason=event.message
                )
                if not await _until_done(lambda: self._queue.fail(run.job.id, run.number, failure)):
                    raise Lost
                await asyncio.to_thread(self._media.drop_runs, run.job.id, up_to=run.number)
            case Cancelled():
                raise Lost

    async def _report(
        self,
        run: _Run,
        *,
        stage: Stage | None = None,
        percent: float | None = None,
        segments: int | None = None,
        video: Video | None = None,
    ) -> None:
        try:
            owned = await self._queue.report(
                run.job.id, run.number, stage=stage, percent=percent, segments=segments, video=video
            )
        except StoreUnavailable:
            return  # the next report says it all again; the work goes on
        if not owned:
            raise Lost

    async def _complete(self, run: _Run, done: Done) -> None:
        job = run.job
        if run.video is None or done.segments == 0:
            failure = Failure(
                Code.MODEL_FAILED,
                "The model gave no frames for this picture.",
                "Try another picture. If none works, tell whoever runs this server.",
            )
            await _until_done(lambda: self._queue.fail(job.id, run.number, failure))
            return
        video = replace(run.video, duration=done.duration)
        if not await _until_done(lambda: self._queue.complete(job.id, run.number, segments=done.segments, video=video)):
            raise Lost
        took = round(time.monotonic() - run.began, 3)
        log.info("job_completed", job=job.id, attempt=job.attempt, run=run.number, segments=done.segments, seconds=took)
        await asyncio.to_thread(self._media.drop_runs, job.id, up_to=run.number, keep=run.number)

    async def _put_back(self, run: _Run) -> None:
        # Only what is ours: a job that has just been completed keeps its video, and one that is another's by now its own.
        if await self._queue.put_back(run.job.id, run.number):
            log.info("job_put_back", job=run.job.id, attempt=run.job.attempt, run=run.number)
            await asyncio.to_thread(self._media.drop_run, run.job.id, run.number)

    async def _still_there(self, job_id: str) -> bool:
        return await _until_done(lambda: self._queue.get(job_id)) is not None

    def _drop(self, job_id: str, number: int, still_there: bool) -> None:
        """Remove what the run stored: nobody will play it. All of the job if it was deleted meanwhile."""
        if still_there:
            self._media.drop_run(job_id, number)
        else:
            self._media.delete(job_id)


async def _until_done(call: Callable[[], Awaitable[T]]) -> T:
    """Make the call until Redis answers: a result must not be lost because Redis is away for a moment."""
    backoff = 0.1
    while True:
        try:
            return await call()
        except StoreUnavailable:
            await asyncio.sleep(backoff)
            backoff = min(1.0, backoff * 2)
