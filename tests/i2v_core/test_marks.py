"""Sequences of the mark: all different, and the first ones very different."""

from __future__ import annotations

from itertools import combinations

import pytest

from i2v_core.marks import numbers_of, sequence


@pytest.mark.parametrize("length", range(1, 13))
def test_a_video_of_n_segments_has_all_2_to_the_n_sequences_before_one_comes_again(length: int) -> None:
    sequences = [sequence(number, length) for number in range(1 << length)]

    assert len(set(sequences)) == 1 << length
    assert sequence(1 << length, length) == sequences[0]


@pytest.mark.parametrize(("length", "expected"), [(6, 2), (10, 4), (20, 9)])
def test_the_first_sixteen_differ_in_many_segments(length: int, expected: int) -> None:
    first = [sequence(number, length) for number in range(16 if length > 6 else 8)]

    assert min(sum(a != b for a, b in zip(*pair, strict=True)) for pair in combinations(first, 2)) >= expected


@pytest.mark.parametrize("length", [20, 24, 40])
def test_long_videos_too_have_a_basis_of_independent_words(length: int) -> None:
    powers = [sequence(1 << digit, length) for digit in range(length)]

    rank, rows = 0, [sum(bit << index for index, bit in enumerate(row)) for row in powers]
    while rows:
        pivot = rows.pop()
        if pivot:
            rank += 1
            low = pivot & -pivot
            rows = [row ^ pivot if row & low else row for row in rows]
    assert rank == length


def test_the_numbers_of_a_sequence_are_those_that_were_given_out() -> None:
    shown = sequence(5, 6)

    assert list(numbers_of(shown, 200)) == [5, 69, 133, 197]
    assert list(numbers_of(shown, 5)) == []
