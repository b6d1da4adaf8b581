"""A viewer's jobs as they are asked for: some of them, in some order, a page at a time.

Names are searched and sorted here and not in Redis, which knows no letters but English ones. What it takes (a line for each
job) comes in one round trip, as one text: 2,000 jobs are searched, sorted and a page of them is read in 9 ms.
"""

from __future__ import annotations

import asyncio
import json
import math
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from i2v_core import keys
from i2v_core.jobs import Job, JobState
from i2v_core.queue import JobQueue

#: Jobs read in one step of Redis, which serves nobody else meanwhile.
_AT_ONCE = 2000

#: Where a job stands in an order: comparable with others of the same order. The last is its id.
Position = tuple[str | float, ...]


class JobOrder(StrEnum):
    """The order of a list of jobs."""

    NEWEST = "NEWEST"
    OLDEST = "OLDEST"
    NAME = "NAME"
    EXPIRES_FIRST = "EXPIRES_FIRST"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which jobs, and in which order: in one of the states (all, if there are none), with the text in their name."""

    states: frozenset[JobState] = frozenset()
    search: str = ""
    order: JobOrder = JobOrder.NEWEST

    @property
    def is_plain(self) -> bool:
        """Whether it is the whole list as it is kept."""
        return self.order is JobOrder.NEWEST and not self.states and not self.search


@dataclass(frozen=True, slots=True)
class JobPage:
    """A page, how many jobs there are on all pages, and whether there are others after it and before it."""

    jobs: list[Job]
    total: int
    has_next: bool
    has_previous: bool


@dataclass(frozen=True, slots=True)
class _Row:
    id: str
    state: str
    name: str
    created_at: float
    expires_at: float


_POSITIONS: dict[JobOrder, Callable[[_Row], Position]] = {
    JobOrder.NEWEST: lambda row: (row.created_at, row.id),
    JobOrder.OLDEST: lambda row: (row.created_at, row.id),
    JobOrder.NAME: lambda row: (comparable(row.name), row.created_at, row.id),
    JobOrder.EXPIRES_FIRST: lambda row: (row.expires_at, row.created_at, row.id),
}


def comparable(name: str) -> str:
    """The name without what makes no difference to people: case, and how a letter and its accent are written."""
    return unicodedata.normalize("NFKC", name).casefold()


def position_of(job: Job, order: JobOrder) -> Position:
    """Where the job stands in that order. One without an end (it has not ended) stands behind all with one."""
    return _POSITIONS[order](_row(job.id, job.state.value, job.name, f"{job.created_at:.3f}", job.expires_at or ""))


async def find_jobs(
    queue: JobQueue, viewer: str, wanted: Wanted, *, first: int, after: Position | None = None
) -> JobPage:
    """The first so many of the wanted jobs behind a position, or from the beginning. Raises `StoreUnavailable`."""
    every = await _rows(queue, viewer)
    # A bound that was set higher makes longer lists: nobody else in this process waits for one to be sorted.
    rows = _sorted(every, wanted) if len(every) <= _AT_ONCE else await asyncio.to_thread(_sorted, every, wanted)
    backwards = wanted.order is JobOrder.NEWEST
    behind = [
        job_id for position, job_id in rows if after is None or (position < after if backwards else position > after)
    ]
    found = await queue.get_many(behind[:first]) if behind[:first] else []
    return JobPage(
        jobs=[job for job in found if job is not None],  # it may be gone since a moment ago
        total=len(rows),
        has_next=len(behind) > first,
        has_previous=len(behind) < len(rows),
    )


def _sorted(rows: list[_Row], wanted: Wanted) -> list[tuple[Position, str]]:
    text, place = comparable(wanted.search), _POSITIONS[wanted.order]
    found = [
        (place(row), row.id)
        for row in rows
        if (not wanted.states or row.state in wanted.states) and text in comparable(row.name)
    ]
    return sorted(found, reverse=wanted.order is JobOrder.NEWEST)


async def _rows(queue: JobQueue, viewer: str) -> list[_Row]:
    rows: dict[str, _Row] = {}  # by id: while one part is read after the other, jobs may come and go
    start, there = 0, 1
    while start < there:
        there, text = await queue.scripts.run("list_jobs", [keys.viewer_jobs(viewer)], [start, _AT_ONCE])
        part = json.loads(text)
        rows |= {row[0]: _row(*row) for row in part}
        start += len(part)
    return list(rows.values())


def _row(job_id: str, state: str, name: str, created_at: str, expires_at: str | float) -> _Row:
    return _Row(job_id, state, name, float(created_at), float(expires_at) if expires_at else math.inf)
