"""`i2v queue`: what the operator does with the queue of everybody: look at it, pause it, take a job out of it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from i2v_cli.present_redis import ADVICE, present_redis
from i2v_core.errors import StartRefused, StoreUnavailable
from i2v_core.jobs import Job, is_id
from i2v_core.line import Line
from i2v_core.queue import Cancelled, JobQueue
from i2v_core.settings import load_settings
from i2v_core.store import connect


@dataclass(frozen=True, slots=True)
class Row:
    """One job in the list. Times are seconds; `starts_in` is None for one that runs, or while nobody can say."""

    place: int | None
    job: str
    state: str
    viewer: str
    waited: float
    starts_in: float | None
    percent: float
    attempt: int

    @classmethod
    def of(cls, job: Job, line: Line, now: float) -> Row:
        """The job's row."""
        estimate = line.estimate(job, now)
        return cls(
            estimate.place,
            job.id,
            job.state.value,
            job.viewer,
            round((job.started_at or now) - job.created_at, 1),
            None if estimate.starts_in is None else round(estimate.starts_in, 1),
            job.percent,
            job.attempt,
        )


def show(*, as_json: bool) -> int:
    """Print the queue, the jobs being made first."""

    async def read(queue: JobQueue) -> tuple[Line, list[Row]]:
        line = await queue.line()
        running = [slot.job for slot in line.slots if slot.job]
        jobs = await queue.get_many([*running, *line.waiting]) if running or line.waiting else []
        return line, [Row.of(job, line, time.time()) for job in jobs if job is not None]

    line, rows = _with_queue(read)
    if as_json:
        fields = [{name: getattr(row, name) for name in Row.__slots__} for row in rows]
        print(json.dumps({"paused": line.paused, "workers": len(line.slots), "jobs": fields}, indent=2))
        return 0
    state = " (paused: nothing new begins)" if line.paused else ""
    print(f"{line.running} being made, {len(line.waiting)} waiting, {len(line.slots)} workers{state}")
    for row in rows:
        print(_in_words(row))
    return 0


def pause(paused: bool) -> int:
    """Let nothing new begin, or let things go on."""
    _with_queue(lambda queue: queue.pause(paused))
    print("Paused. What is being made is finished; `i2v queue resume` goes on." if paused else "It goes on.")
    return 0


def cancel(job_id: str) -> int:
    """Cancel a job, whoever owns it. The exit code is 1 if there is no such job, or if it has ended."""

    async def cancel_it(queue: JobQueue) -> Cancelled:
        job = await queue.get(job_id) if is_id("job", job_id) else None
        return await queue.cancel(job.id, job.viewer) if job else Cancelled.MISSING

    outcome = _with_queue(cancel_it)
    said = {
        Cancelled.OK: f"{job_id} is cancelled.",
        Cancelled.MISSING: f"There is no job {job_id}. `i2v queue list` shows those that wait or are being made.",
        Cancelled.OVER: f"{job_id} has ended already.",
    }
    print(said[outcome])
    return 0 if outcome is Cancelled.OK else 1


def _with_queue(use: Callable[[JobQueue], Awaitable[Any]]) -> Any:
    """What `use` makes of the queue. Raises `StartRefused` if no Redis answers."""

    async def run() -> Any:
        settings = load_settings()
        redis = connect(present_redis(settings))
        try:
            return await use(JobQueue(redis, settings))
        except StoreUnavailable:
            raise StartRefused(f"No Redis answers. {ADVICE}") from None
        finally:
            await redis.aclose()

    return asyncio.run(run())


def _in_words(row: Row) -> str:
    if row.place is None:
        what = f"{row.percent:.0f} %, attempt {row.attempt}"
    elif row.starts_in is None:
        what = f"waits for {row.waited:.0f} s"
    else:
        what = f"waits for {row.waited:.0f} s, starts in {row.starts_in:.0f} s"
    return f"{row.place or '-':>6}  {row.job}  {row.viewer}  {what}"
