"""What a subscriber is told of, and where it is left until it reads: the newest change of each job only."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field, replace

from i2v_core.jobs import Job
from i2v_core.line import Estimate


@dataclass(frozen=True, slots=True)
class Progress:
    """A job as it stands, with its place and times.

    All subscribers that it is told to have the same one: `kept` is what a reader has made of it for the next.
    """

    job: Job
    estimate: Estimate
    kept: list[object] = field(default_factory=list, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Deleted:
    """The job was deleted, or never was."""

    job_id: str


Change = Progress | Deleted
#: What was told of a job: version, place, expected start (UNIX seconds).
Told = tuple[int, int | None, float | None]


def told_of(job: Job, estimate: Estimate, now: float) -> Told:
    """What telling this comes down to."""
    return job.version, estimate.place, None if estimate.starts_in is None else now + estimate.starts_in


class Mailbox:
    """What one subscriber has not read yet: the newest change of each job, in the order in which they came.

    There are ten thousand of them in a process: everything that one does not need yet it does not have.
    """

    __slots__ = ("_changes", "_gone", "_places", "_reader", "_told")

    def __init__(self) -> None:
        self._changes: dict[str, Change] = {}
        #: Of each job what was put in last, so that the same thing is not told twice.
        self._told: dict[str, Told] = {}
        #: The place of each waiting job as it was read last.
        self._places: dict[str, int] = {}
        #: Deleted jobs: a snapshot that was read just before must not bring one back.
        self._gone: frozenset[str] | set[str] = frozenset()
        self._reader: asyncio.Future[None] | None = None

    def knows(self, job_id: str, told: Told) -> None:
        """The subscriber has been told this before it came: only what is newer is left for it."""
        self._told.setdefault(job_id, told)

    def wants(self, job_id: str, news: Told) -> bool:
        """Whether this would be news."""
        told = self._told.get(job_id)
        return job_id not in self._gone and (told is None or _is_news(told, news))

    def put(self, change: Change) -> None:
        """Leave a change, unless it is older than, or the same as, what was left before."""
        if isinstance(change, Deleted):
            self._told.pop(change.job_id, None)
            self._places.pop(change.job_id, None)
            if not isinstance(self._gone, set):
                self._gone = set()
            self._gone.add(change.job_id)
            self._changes[change.job_id] = change
        else:
            job_id, news = change.job.id, told_of(change.job, change.estimate, time.time())
            if not self.wants(job_id, news):
                return
            self._told[job_id] = news
            self._changes[job_id] = change
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    def known(self) -> list[str]:
        """The jobs that were told of and not deleted."""
        return list(self._told)

    @property
    def left(self) -> int:
        """How many changes have not been read."""
        return len(self._changes)

    async def next(self) -> Change:
        """The oldest that is left; waits for one. One reader at a time."""
        while not self._changes:
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        return self._with_loss(self._changes.pop(next(iter(self._changes))))

    def _with_loss(self, change: Change) -> Change:
        """The change, with how far the job has fallen back since the subscriber last read of it."""
        if isinstance(change, Deleted) or (place := change.estimate.place) is None:
            return change
        lost = max(0, place - self._places.get(change.job.id, place))
        self._places[change.job.id] = place
        return Progress(change.job, replace(change.estimate, places_lost=lost)) if lost else change


def _is_news(told: Told, news: Told) -> bool:
    if told[0] != news[0] or told[1] != news[1]:
        return news[0] >= told[0]
    if told[2] is None or news[2] is None:
        return told[2] is not news[2]
    # An expected start is told to the second, or to 1 % of what is to be waited: nobody far behind needs every drift.
    return abs(told[2] - news[2]) > max(1.0, 0.01 * (news[2] - time.time()))
