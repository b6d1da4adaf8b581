"""Which playback sees which variants: the sequences of the mark.

A marked video has every segment in two variants, A and B. The playbacks of a job are numbered from 0, and each number
has a sequence of its own: bit i says whether it is shown variant A (0) or B (1) of segment i. A video of n segments has
2^n sequences; the playback after that begins again with the first.

Sequences are the words of a linear code whose basis is ordered so that the first playbacks differ in as many segments
as can be: two playbacks in all, eight in about half. A recording with a bit too noisy to read is then still told apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

#: Basis words chosen for their distance: 256 playbacks of one video are more than most ever have.
_CHOSEN = 8
#: Words looked through for each of them. More find nothing better for up to 24 segments.
_CANDIDATES = 1024
#: An odd number that spreads the candidates evenly over all words (Knuth's multiplicative hashing).
_SPREAD = 2654435761


def sequence(number: int, length: int) -> tuple[int, ...]:
    """The sequence of playback `number` (from 0) of a video of `length` segments: 0 for A, 1 for B, segment by segment."""
    word = 0
    for digit, basis in enumerate(_basis(length)):
        if number >> digit & 1:
            word ^= basis
    return tuple(word >> index & 1 for index in range(length))


def numbers_of(bits: Sequence[int], count: int) -> Iterator[int]:
    """The numbers below `count` whose sequence is `bits`, ascending: several once the sequences have begun again."""
    length, wanted = len(bits), tuple(bits)
    first = next((n for n in range(min(count, 1 << length)) if sequence(n, length) == wanted), None)
    if first is not None:
        yield from range(first, count, 1 << length)


@lru_cache(maxsize=64)
def _basis(length: int) -> tuple[int, ...]:
    """`length` independent words of `length` bits; the first ones span a code of large distance."""
    basis: list[int] = []
    words = [0]
    candidates = {(1 << length) - 1, *(k * _SPREAD % (1 << length) for k in range(1, _CANDIDATES))} - {0}
    while len(basis) < min(length, _CHOSEN):
        chosen = max(sorted(candidates), key=lambda word: min((word ^ known).bit_count() for known in words))
        basis.append(chosen)
        words += [word ^ chosen for word in words]
    for index in range(length):
        if len(basis) < length and not _depends(1 << index, basis):
            basis.append(1 << index)
    return tuple(basis)


def _depends(word: int, basis: Sequence[int]) -> bool:
    """Whether the word is a sum of basis words (over GF(2))."""
    reduced: list[int] = []
    for known in basis:
        if rest := _reduced(known, reduced):
            reduced.append(rest)
    return _reduced(word, reduced) == 0


def _reduced(word: int, by: Sequence[int]) -> int:
    for other in sorted(by, reverse=True):  # by the leading bit: none brings back one that is gone
        word = min(word, word ^ other)
    return word
