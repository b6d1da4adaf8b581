"""The mark in the picture: how faint it is, where it lies, and that no step shows where one segment follows another."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from i2v_core.media import MediaStore
from tests.worker.leaks import PHOTOS, block_means, lumas, render
from worker.canvas import Size, compose, video_size
from worker.encoder import Encoder, InitSegment
from worker.watermark.pattern import Pattern, pattern_for


@lru_cache
def luma_of(photo: Path) -> NDArray[np.uint8]:
    """The photo as a frame of 1280 pixels."""
    picture = np.asarray(cv2.imread(str(photo), cv2.IMREAD_GRAYSCALE), np.uint8)
    frame = compose(cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB), video_size(picture.shape[1], picture.shape[0], 1280))
    return np.asarray(16 + frame[..., 0] * (219 / 255), np.uint8)


def steps(pattern: Pattern) -> NDArray[np.int16]:
    return pattern.plus.astype(np.int16) - pattern.minus


@pytest.mark.parametrize("photo", PHOTOS, ids=lambda path: path.stem)
def test_the_mark_is_fainter_than_50_db(photo: Path) -> None:
    luma = luma_of(photo)

    pattern = pattern_for(luma, 7, 0)

    marked = np.empty_like(luma)
    for write in (pattern.added, pattern.taken):
        write(luma, into=marked)
        assert 10 * np.log10(255**2 / np.mean(np.square(marked.astype(float) - luma))) >= 50
        assert np.abs(marked.astype(int) - luma).max() <= 2


def test_variant_a_has_added_what_variant_b_has_taken_away() -> None:
    luma = np.asarray(luma_of(PHOTOS[0])[:333, :517])  # lines that are longer than they are wide, as frames have them
    pattern = pattern_for(luma, 7, 0)
    a, b = np.zeros((333, 544), np.uint8), np.zeros((333, 544), np.uint8)

    pattern.added(luma, into=a[:, :517])
    pattern.taken(luma, into=b[:, :517])

    clear = (luma >= 2) & (luma <= 253)
    assert ((a[:, :517].astype(int) - b[:, :517])[clear] == 2 * steps(pattern)[clear]).all()
    assert (a[:, 517:] == 0).all()


def test_each_segment_and_each_run_has_another_mark() -> None:
    luma = luma_of(PHOTOS[0])

    one, next_one, of_another_run = (steps(pattern_for(luma, *seed)).ravel() for seed in ((7, 0), (7, 1), (8, 0)))

    assert abs(np.corrcoef(one, next_one)[0, 1]) < 0.1
    assert abs(np.corrcoef(one, of_another_run)[0, 1]) < 0.1


def test_it_lies_in_what_is_busy_and_spares_what_is_smooth() -> None:
    luma = np.full((480, 640), 120, np.uint8)
    luma[:, 320:] = np.random.default_rng(1).integers(90, 150, (480, 320))

    marked = steps(pattern_for(luma, 7, 0)) != 0

    assert marked[:, :300].mean() == 0
    assert marked[:, 340:].mean() > 0.3


def test_what_is_one_colour_stays_as_it_is() -> None:
    assert not steps(pattern_for(np.full((480, 640), 120, np.uint8), 7, 0)).any()


@pytest.mark.parametrize("photo", PHOTOS[::2], ids=lambda path: path.stem)
def test_no_step_shows_where_segments_meet(photo: Path) -> None:
    """On a picture that stands still, the hardest case: nothing else changes but what a keyframe brings.

    What is measured is how much the mean luma of each 8x8 block changes from the last frame of a segment to the first of
    the next, in luma steps: without the mark, with it where the variant stays the same, and where it flips.
    """
    frame = cv2.cvtColor(luma_of(photo), cv2.COLOR_GRAY2RGB)[:640, :960]
    plain, same, flipped = (borders(frame, variants) for variants in (None, (0, 0, 0, 0), (0, 1, 0, 1)))

    smooth = smooth_blocks(frame)
    assert rms(flipped[:, smooth]) - rms(plain[:, smooth]) < 0.15
    assert rms(flipped) < 1.2  # where it is busy: a step of 1 of 255
    assert abs(rms(flipped) - rms(same)) < 0.1  # a flip is no more of a change than none


def test_in_motion_the_mark_adds_nothing_to_what_changes_anyway(tmp_path: Path) -> None:
    store = MediaStore(tmp_path)
    marked, plain = (render(store, PHOTOS[0], 0, mark=mark) for mark in (True, False))

    with_mark, without = (changes(lumas(job.shown(2))) for job in (marked, plain))

    assert rms(with_mark[11::12]) < 1.02 * rms(without[11::12])


def borders(frame: NDArray[np.uint8], variants: tuple[int, ...] | None) -> NDArray[np.float64]:
    """The changes at the borders of segments of a video that shows the frame all the time, seen in these variants."""
    height, width = frame.shape[:2]
    encoder = Encoder(Size(width, height), 24, gop=6, mark_secret=None if variants is None else 7)
    parts = [part for _ in range(24) for part in encoder.push(frame)]
    encoder.close()
    shown = b"".join(
        part.data if isinstance(part, InitSegment) or not variants or not variants[part.index] else part.data_b or b""
        for part in parts
    )
    return changes(lumas(shown))[5::6]


def changes(frames: Sequence[NDArray[np.float32]]) -> NDArray[np.float64]:
    """The change of each 8x8 block's mean luma from each frame to the next."""
    return np.diff([block_means(frame) for frame in frames], axis=0)


def smooth_blocks(frame: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where the picture is smooth, and an eye would see the least step."""
    luma = frame[..., 0].astype(np.float32)
    return block_means(np.abs(luma - cv2.blur(luma, (9, 9)))) < 0.8


def rms(values: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(np.square(values))))
