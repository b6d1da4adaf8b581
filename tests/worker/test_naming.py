"""From soft bits to a name, or none: what is believed of which numbers, without any picture."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from i2v_core.marks import sequence
from worker.watermark.naming import Outcome, Verdict, name
from worker.watermark.reading import NOT_SHOWN, SoftBit

SEGMENTS = 10


def soft(zs: Sequence[float]) -> list[SoftBit]:
    """Segments that stand so far above chance; undamaged, each would be at 20."""
    return [SoftBit(evidence=z, spread=1.0, energy=20.0, frames=12) if z else NOT_SHOWN for z in zs]


def recording_of(number: int, strength: float = 6.0) -> list[float]:
    return [strength * (1 - 2 * bit) for bit in sequence(number, SEGMENTS)]


@pytest.mark.parametrize("number", [0, 7, 19])
def test_a_clear_recording_names_its_playback(number: int) -> None:
    verdict = name(soft(recording_of(number)), 20)

    assert (verdict.outcome, verdict.numbers) == (Outcome.NAMED, (number,))
    assert verdict.belief > 0.99


def test_when_sequences_have_begun_again_all_that_share_one_are_named_newest_first() -> None:
    verdict = name(soft(recording_of(7)), 3000)

    assert verdict.numbers == (2055, 1031, 7)


def test_a_sequence_that_was_not_given_out_names_nobody() -> None:
    verdict = name(soft(recording_of(19)), 19)

    assert verdict.outcome is Outcome.NOBODYS


def test_one_playback_alone_is_not_named_for_want_of_others() -> None:
    verdict = name(soft(recording_of(5)), 1)

    assert verdict.outcome is Outcome.NOBODYS


def test_a_segment_too_noisy_to_read_does_not_matter_if_the_rest_tell() -> None:
    zs = recording_of(7)
    zs[3] = -0.3 if zs[3] > 0 else 0.3

    assert name(soft(zs), 20).numbers == (7,)


def test_a_segment_that_says_the_opposite_keeps_the_name_back() -> None:
    zs = recording_of(7)
    zs[3] = -zs[3]

    assert name(soft(zs), 20).outcome is Outcome.NOBODYS


def test_where_all_sequences_were_given_out_a_doubtful_segment_is_too_little() -> None:
    zs = recording_of(7)
    zs[3] = 0.3

    assert name(soft(zs), 1024).outcome is Outcome.TOO_LITTLE


def test_two_segments_tell_few_playbacks_apart_and_not_many() -> None:
    zs = [z if at in (0, 9) else 0.0 for at, z in enumerate(recording_of(2))]

    assert name(soft(zs), 3).numbers == (2,)
    assert name(soft(zs), 20).outcome is not Outcome.NAMED


def test_noise_names_nobody_in_a_thousand_tries() -> None:
    """Even with twice the noise that was measured, and many sequences given out."""
    chance = random.Random(1)

    verdicts = [name(soft([chance.gauss(0, 2.0) for _ in range(SEGMENTS)]), 64) for _ in range(1000)]

    assert [verdict for verdict in verdicts if verdict.outcome is Outcome.NAMED] == []


@pytest.mark.parametrize("count", [0, 5])
def test_nothing_at_all_names_nobody(count: int) -> None:
    assert name([NOT_SHOWN] * SEGMENTS, count) == Verdict(Outcome.NO_MARK, (), 0.0, 0.0, 0, (None,) * SEGMENTS)
