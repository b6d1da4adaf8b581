"""The line of waiting jobs: places, expected starts and remaining times, from one read of the queue.

Pure arithmetic: the model's time is fixed, so the slots that work now say when each waiting job starts.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from i2v_core.jobs import Job, JobState


@dataclass(frozen=True, slots=True)
class Slot:
    """One worker as it last showed itself. Times are UNIX seconds; `seconds` is the model's time for one picture.

    `percent` and `viewer` are those of its job.
    """

    seen: float
    seconds: float
    job: str = ""
    started: float = 0.0
    percent: float = 0.0
    viewer: str = ""

    def to_json(self) -> str:
        """The slot as the worker stores it; the rest is not its to say, it stands in the job."""
        return json.dumps(
            {"seen": round(self.seen, 3), "seconds": self.seconds, "job": self.job, "started": self.started}
        )

    @classmethod
    def from_json(cls, text: str, percent: float, viewer: str = "") -> Slot:
        """The slot from `to_json`'s text, and the percent and the viewer of its job."""
        return cls(**json.loads(text), percent=percent, viewer=viewer)

    def remaining(self, now: float) -> float:
        """Seconds until the slot is free.

        The later of what the clock says and what the percent says: with a model on time both agree; with one that
        is stuck the clock would promise the impossible.
        """
        if not self.job:
            return 0.0
        return max(self.seconds - (now - self.started), self.seconds * (1 - self.percent / 100), 0.0)


@dataclass(frozen=True, slots=True)
class Line:
    """The line at one moment (`at`, UNIX seconds)."""

    at: float
    waiting: Sequence[str]
    slots: Sequence[Slot]
    places: Mapping[str, int]
    running: int
    paused: bool
    _starts: Sequence[float] = field(repr=False)

    @classmethod
    def read(cls, at: float, queued: Sequence[str], slots: Iterable[Slot], *, paused: bool = False) -> Line:
        """The line from arq's queue in order (which still holds the running jobs) and the slots."""
        slots = tuple(slots)
        running = {slot.job for slot in slots if slot.job}
        waiting = [job for job in queued if job not in running]
        free = [(slot.remaining(at), slot.seconds) for slot in slots]
        heapq.heapify(free)
        starts: list[float] = []
        # One start more than there are jobs: the one that a picture uploaded now would have.
        for _ in range(len(waiting) + 1 if free and not paused else 0):
            start, seconds = heapq.heappop(free)
            starts.append(start)
            heapq.heappush(free, (start + seconds, seconds))
        places = {job: place for place, job in enumerate(waiting, 1)}
        return cls(at, waiting, slots, places, len(queued) - len(waiting), paused, starts)

    @property
    def model_seconds(self) -> float | None:
        """Seconds the model takes for a picture, or None while no worker is there."""
        return self.slots[0].seconds if self.slots else None

    def starts_in(self, place: int, now: float) -> float | None:
        """Seconds until the job in that place (from 1) starts; None while no worker is there to say, or it is paused."""
        return max(0.0, self._starts[place - 1] - (now - self.at)) if place <= len(self._starts) else None

    def estimate(self, job: Job, now: float) -> Estimate:
        """Place and times of one job."""
        if job.state is JobState.QUEUED:
            place = self.places.get(job.id)
            starts_in = self.starts_in(place, now) if place else None
            seconds = self.model_seconds
            remaining = None if starts_in is None or seconds is None else starts_in + seconds
            return Estimate(place, starts_in, remaining)
        if job.state is JobState.PROCESSING and self.model_seconds is not None and job.started_at is not None:
            slot = Slot(seen=now, seconds=self.model_seconds, job=job.id, started=job.started_at, percent=job.percent)
            return Estimate(None, None, slot.remaining(now))
        return Estimate(None, None, None)


@dataclass(frozen=True, slots=True)
class Estimate:
    """Place in the line from 1, seconds until the start and until the video is complete; None where it has none.

    `places_lost`: how far it has fallen back since it was told before.
    """

    place: int | None
    starts_in: float | None
    remaining: float | None
    places_lost: int = 0
