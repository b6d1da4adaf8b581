"""Which job a free slot may take, by what the leases say of those who work on the jobs in front.

arq takes the first job that nobody has a lease of. For a few seconds that is the wrong one after

- a worker was killed: the job that it had comes first, but is nobody's before its lease ran out. The worker that is started
  in its place would take the next one and be busy with that for a whole video, and the first would stand still for as long.
  So a slot takes nothing behind a lease that is not renewed any more, and looks again when it runs out.
- Redis was away: every lease may have run out, and whoever holds it works on and renews it at once. A slot that is idle would
  take the job first, and half a video would be thrown away. So it leaves what was begun to its owner for a moment.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from i2v_core.leases import Lease

#: Distances of renewals after which a lease counts as not renewed any more. Measured with 2 busy workers beside 4 processes
#: that do nothing but reckon, on 2 cores with a load of 19: the oldest that was seen of healthy ones, in 967 looks, was 1.32 old.
_LATE = 1.6
#: Seconds without an answer after which Redis, or this worker, counts as having been away: three looks at the queue, or half
#: a lease if that is longer. No lease that was renewed in time can run out unnoticed in it.
_SILENCE_SECONDS = 1.5
#: Seconds for which a job is left to its owner then. One that tries all the time is heard within one.
_OWNERS_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Choice:
    """The jobs that may be taken, first first; and seconds after which to look again at the latest, None for no hurry."""

    jobs: Sequence[str]
    again_in: float | None


class NextJob:
    """What one worker knows of the leases of others. Times are seconds; `clock` counts them from anywhere."""

    def __init__(
        self, *, lease_seconds: float, renew_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._lease_seconds = lease_seconds
        self._renew_seconds = renew_seconds
        self._began = clock()
        #: When those leases will run out that did not look renewed, as it was when that was first seen.
        self._ends: dict[str, float] = {}
        self._silence = max(_SILENCE_SECONDS, lease_seconds / 2)
        self._answered = math.inf
        self._owners_until = -math.inf

    def redis_answered(self) -> None:
        """To be called whenever it has: from how long it has not, this knows that it was away."""
        now = self._clock()
        # Not again at once: where every look is late, the job of a dead worker must be made all the same.
        if now - self._answered > self._silence and now > self._owners_until + _OWNERS_SECONDS:
            self._owners_until = now + _OWNERS_SECONDS
        self._answered = now

    def choose(self, jobs: Sequence[str], leases: Sequence[Lease]) -> Choice:
        """What may be taken of the jobs, given in the queue's order with their leases."""
        lapsing: dict[str, float] = {}
        known, self._ends = self._ends, {}
        free: list[str] = []
        owners_first = self._clock() < self._owners_until
        for job, lease in zip(jobs, leases, strict=True):
            if lease.left is None:
                if not (owners_first and lease.begun):
                    free.append(job)
            elif not free and self._lapses(job, lease.left, known):
                lapsing[job] = lease.left
        return Choice([], min(lapsing.values())) if lapsing else Choice(free, None)

    def _lapses(self, job: str, left: float, known: dict[str, float]) -> bool:
        """Whether a lease has not been renewed for longer than its holder would let pass if it lived.

        A worker that has just begun may stand where the holder stood: to it each lease is suspect that was not renewed
        since, which those of living workers are within one renewal.
        """
        now = self._clock()
        if self._lease_seconds - left <= min(_LATE * self._renew_seconds, now - self._began):
            return False
        ends = self._ends[job] = known.get(job, now + left)
        # Renewed after all, but shorter than ours from the start: its holder was given other settings. Nobody shall wait
        # for that again and again.
        return now + left < ends + self._renew_seconds / 2
