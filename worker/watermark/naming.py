"""Which playback a recording came from: the soft bits against the sequences that were given out.

It is careful before it is clever, because the answer accuses somebody. A playback is named only if three things hold:
the recording carries a mark at all that goes with one of the sequences (a chance below one in a million, over all
sequences looked at); no segment that can be read contradicts that sequence; and no other sequence that was given out fits
nearly as well.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from i2v_core.marks import sequence
from worker.watermark.reading import SoftBit

#: The most likely it may be that chance alone makes a recording go this well with any of the sequences.
_MOST_CHANCE = 1e-6
#: How much wider than it seems chance is taken to be where that is asked, so that nobody is accused because noise was
#: estimated too low.
_DOUBT = 1.5
#: z from which a segment counts as read: one in 22 by chance, and several segments are needed anyhow.
_READ = 2.0
#: z at which a segment speaks against a sequence. It takes 1 in 3,000 of chance to keep a true name back.
_AGAINST = 3.5
#: The least share of the belief in all sequences that the named one must have.
_LEAST_BELIEF = 0.95
#: How often a segment's mark is wiped out though the others' is not (an average of two copies does that where they
#: differ), and how often it is another copy's altogether. They bound what one segment can add: none decides alone.
_WIPED, _SWAPPED = 0.05, 0.0005
#: How strong a segment's mark may be against what all of them together lead to expect: anything from nothing up to this.
_STRONGEST = 1.5
#: The deviation that is reckoned with for z where nothing is marked; 1 was measured, and being too sure is worse.
_SIGMA = 1.2


class Outcome(StrEnum):
    """What came of it. All but `NAMED` mean: cannot tell."""

    NAMED = "NAMED"
    #: No mark of this job was found.
    NO_MARK = "NO_MARK"
    #: There is a mark, and too little of it is left to say whose.
    TOO_LITTLE = "TOO_LITTLE"
    #: There is a mark that no single playback was given: put together from several, or shown by no playback.
    NOBODYS = "NOBODYS"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`numbers`: the viewings whose sequence it is, newest first; empty unless NAMED. `belief` (0..1): in that sequence.

    `z`: how far the best sequence is above chance, in standard deviations. `read`: segments that could be read.
    `bits`: segment by segment 0 for A, 1 for B, None for unread.
    """

    outcome: Outcome
    numbers: tuple[int, ...]
    belief: float
    z: float
    read: int
    bits: tuple[int | None, ...]


def name(soft: Sequence[SoftBit], count: int) -> Verdict:
    """Whose recording this is, if `count` viewings were opened so far (numbers 0 to `count` - 1)."""
    length = len(soft)
    bits = tuple((0 if bit.z > 0 else 1) if abs(bit.z) >= _READ else None for bit in soft)
    read = sum(bit is not None for bit in bits)
    candidates = {number: sequence(number, length) for number in range(min(count, 1 << length))}
    spread = math.sqrt(sum(bit.spread**2 for bit in soft))
    if not candidates or spread == 0:
        return Verdict(Outcome.NO_MARK, (), 0.0, 0.0, read, bits)

    def above_chance(shown: Sequence[int]) -> float:
        return sum(bit.evidence * (1 - 2 * b) for bit, b in zip(soft, shown, strict=True)) / spread

    total = max(above_chance(shown) for shown in candidates.values())
    # Whatever the sequence: evidence by evidence. It tells a mark that nobody was given from no mark at all.
    any_mark = sum(abs(bit.evidence) for bit in soft) / spread
    # Only what was recorded could be A or B by chance.
    if _by_chance(any_mark, 1 << sum(bit.frames > 0 for bit in soft)) > _MOST_CHANCE:
        return Verdict(Outcome.NO_MARK, (), 0.0, total, read, bits)
    beliefs = _beliefs(soft, candidates)
    best = max(beliefs, key=lambda number: beliefs[number])
    shown = candidates[best]
    against = any(bit.z * (1 - 2 * b) <= -_AGAINST for bit, b in zip(soft, shown, strict=True))
    z = above_chance(shown)
    if against or _by_chance(z, len(candidates)) > _MOST_CHANCE:
        return Verdict(Outcome.NOBODYS, (), 0.0, z, read, bits)
    if beliefs[best] < _LEAST_BELIEF:
        return Verdict(Outcome.TOO_LITTLE, (), beliefs[best], z, read, bits)
    numbers = tuple(sorted(range(best, count, 1 << length), reverse=True))
    return Verdict(Outcome.NAMED, numbers, beliefs[best], z, read, bits)


def _by_chance(z: float, looked_at: int) -> float:
    """A bound for the chance that any of so many sequences stands so high: the normal distribution's tail, times them."""
    return looked_at * math.exp(-((max(z, 0.0) / _DOUBT) ** 2) / 2)


def _beliefs(soft: Sequence[SoftBit], candidates: dict[int, tuple[int, ...]]) -> dict[int, float]:
    """How likely each of the sequences is, if it is one of them and each was as likely before."""
    # How much of the mark is left, the whole recording over: what the segments say, whichever way, against what an
    # undamaged one would.
    left = sum(abs(bit.evidence) for bit in soft) / max(sum(bit.energy for bit in soft), 1e-9)
    gains = [_logs(bit, left * bit.energy / bit.spread if bit.spread else 0.0) for bit in soft]
    logs = {n: sum(gain[b] for gain, b in zip(gains, shown, strict=True)) for n, shown in candidates.items()}
    most = max(logs.values())
    whole = sum(math.exp(value - most) for value in logs.values())
    return {number: math.exp(value - most) / whole for number, value in logs.items()}


def _logs(bit: SoftBit, expected: float) -> tuple[float, float]:
    """The log likelihoods of variant A and variant B, where the whole recording leads to expect plus or minus a z."""
    most = max(_STRONGEST * expected, abs(bit.z) + 2 * _SIGMA)
    either = _WIPED * math.exp(-((bit.z / _SIGMA) ** 2) / 2) / (_SIGMA * math.sqrt(math.tau))
    either += _SWAPPED / (2 * most)

    def of(z: float) -> float:
        # The mean of the normal densities around every strength from 0 to the most.
        return (1 - _WIPED - _SWAPPED) * (_normal(z / _SIGMA) - _normal((z - most) / _SIGMA)) / most + either

    return math.log(of(bit.z)), math.log(of(-bit.z))


def _normal(z: float) -> float:
    """The part of a normal distribution below z."""
    return math.erfc(-z / math.sqrt(2)) / 2
