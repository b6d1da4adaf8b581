"""Which job a free slot may take, by what the leases say of those who work on the jobs in front.

arq takes the first job that nobody has a lease of. For a few seconds after a worker was killed that is the wrong one: the
job that it had comes first, but is nobody's before its lease ran out. The worker that is started in its place would take
the next one and be busy with that for a whole video, and the first would stand still for as long. So a slot takes nothing
behind a lease that is not renewed any more, and looks again when it runs out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from i2v_core.leases import Lease

#: Distances of renewals after which a lease counts as not renewed any more. Measured with 2 busy workers beside 4 processes
#: that do nothing but reckon, on 2 cores with a load of 19: the oldest that was seen of healthy ones, in 967 looks, was 1.32 old.
_LATE = 1.6


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

    def choose(self, jobs: Sequence[str], leases: Sequence[Lease]) -> Choice:
        """What may be taken of the jobs, given in the queue's order with their leases."""
        lapsing: dict[str, float] = {}
        known, self._ends = self._ends, {}
        free: list[str] = []
        for job, lease in zip(jobs, leases, strict=True):
            if lease.left is None:
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
