"""Where and when a recording shows the stored video: which frame each of its frames is, and which part of the picture.

Place and time are found in turn, first at the video's own pace. Then every recorded frame is compared with every stored
one, and the likeliest walk through them is taken (Viterbi): mostly onward at that pace, with a price for a jump. So a
recording may begin anywhere, loop, drop frames or have cuts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from worker.watermark.beginnings import by_features, paced, whole_frame
from worker.watermark.footage import Recording, StoredVideo
from worker.watermark.placing import (
    COARSE_LEVELS,
    FINE_LEVELS,
    Affine,
    at_side,
    fit,
    inside_of,
    laid,
    scaled,
    without_fine,
)

#: Times that place and first frame are fitted in turn, and frames that the latter may move by in one.
_ROUNDS, _NEAR = 4, 6
#: Long side at which times are compared: enough to tell frames apart, small enough to compare each with each.
_TIMING_SIDE = 160
#: What one frame's likeness counts, as a number of independent pixels. Neighbouring frames are very much alike: an
#: honest count would let noise jump about.
_PIXELS_COUNTED = 60.0
#: Prices of a walk, in nats: a frame more or less than the pace says, and a jump to anywhere.
_SLIP, _JUMP = 3.0, 30.0
#: Frames that a walk may fall behind by or skip at once: a screen recorder drops some.
_BEHIND, _AHEAD = 1, 2
#: How much more unlike (as the logarithm of the variance that is not shared) the frames may be that the video's own
#: pace says than those that a free walk finds, before the latter is believed: where little moves, it follows the noise.
_WORTH = 0.7
#: Correlation of brightness below which a recorded frame shows something else.
_ALIKE = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """`place`: from stored to recorded pixels. `frame_of`: the stored frame that each recorded one shows, -1 for none.

    `likeness`: the correlation (0..1) of the recorded frames with what they show, half of them above it.
    """

    place: Affine
    frame_of: NDArray[np.int64]
    likeness: float


def align(recording: Recording, stored: StoredVideo) -> Alignment:
    """The best alignment there is; a poor one has a low likeness."""
    best: tuple[float, Affine, int] | None = None
    for place, offset in [(whole_frame(recording, stored), 0), *by_features(recording, stored)]:
        # At the video's own pace first, from one first frame: with times free to slip, a place that is wrong finds
        # times that make up for it.
        for _ in range(_ROUNDS):
            place = fit(recording, stored, place, paced(recording, stored, offset), COARSE_LEVELS)
            before, (offset, likeness) = offset, _offset(recording, stored, _alike(recording, stored, place), offset)
            if best is None or likeness > best[0]:
                best = likeness, place, offset
            if offset == before:
                break
    assert best is not None
    _, place, offset = best
    frame_of, _ = _timed(recording, stored, place, offset)
    place = fit(recording, stored, place, frame_of, FINE_LEVELS)
    frame_of, likeness = _timed(recording, stored, place, offset)
    return Alignment(place, frame_of, likeness)


def _alike(recording: Recording, stored: StoredVideo, place: Affine) -> NDArray[np.float64]:
    """How alike each recorded frame (rows) and each stored one (columns) are: the correlation of their brightness."""
    small = [at_side(frame, _TIMING_SIDE) for frame in stored.frames]
    shape = small[0].shape
    at = scaled(place, stored.frames[0], small[0], recording.frames[0], recording.frames[0])
    blurred = without_fine(recording.frames, at)
    inside = inside_of(at, recording.frames[0].shape, shape)
    if inside.sum() < 0.1 * inside.size:
        return np.zeros((len(recording.frames), len(stored.frames)))
    known = np.stack([_normal(frame[inside]) for frame in small])
    seen = np.stack([_normal(laid(frame, at, shape)[inside]) for frame in blurred])
    return np.asarray(np.clip(seen @ known.T, 0, 1 - 1e-6), np.float64)


def _offset(recording: Recording, stored: StoredVideo, alike: NDArray[np.float64], near: int) -> tuple[int, float]:
    """The first frame, at the video's own pace, that makes the recording most alike, and how alike."""
    total, rows = len(stored.frames), np.arange(len(recording.frames))
    prices = np.log(1 - alike**2)
    offsets = [(near + by) % total for by in range(-_NEAR, _NEAR + 1)]
    best = min(offsets, key=lambda offset: float(prices[rows, paced(recording, stored, offset)].mean()))
    return best, float(np.median(alike[rows, paced(recording, stored, best)]))


def _timed(recording: Recording, stored: StoredVideo, place: Affine, offset: int) -> tuple[NDArray[np.int64], float]:
    """The stored frame that each recorded one shows (-1: none), given the place, and how alike they are."""
    alike = _alike(recording, stored, place)
    rows = np.arange(len(alike))
    unlike = np.log(1 - alike**2)
    frame_of = _walk(0.5 * _PIXELS_COUNTED * unlike, np.diff(recording.times) * stored.fps)
    due = paced(recording, stored, offset)
    if (unlike[rows, due] - unlike[rows, frame_of]).mean() < _WORTH:
        frame_of = due
    shown = alike[rows, frame_of]
    return np.where(shown >= _ALIKE, frame_of, -1), float(np.median(shown))


def _walk(prices: NDArray[np.float64], paces: NDArray[np.float64]) -> NDArray[np.int64]:
    """The cheapest walk: a stored frame for each recorded one. `paces`: frames of the video between two recorded."""
    count, total = prices.shape
    cost = prices[0].copy()
    came = np.empty((count, total), np.int64)
    for k in range(1, count):
        jump = int(cost.argmin())
        best, source = np.full(total, cost[jump] + _JUMP), np.full(total, jump)
        least, most = math.floor(paces[k - 1]), math.ceil(paces[k - 1])
        # Never backwards: many a motion goes there and back and shows the same pictures both ways.
        for step in range(max(0, least - _BEHIND), most + _AHEAD + 1):
            by = np.roll(cost, step) + _SLIP * max(least - step, step - most, 0)  # rolled round: a loop is no jump
            better = by < best
            best[better] = by[better]
            source[better] = ((np.arange(total) - step) % total)[better]
        came[k] = source
        cost = best + prices[k]
    walk = np.empty(count, np.int64)
    walk[-1] = int(cost.argmin())
    for k in range(count - 1, 0, -1):
        walk[k - 1] = came[k, walk[k]]
    return walk


def _normal(values: NDArray[np.generic]) -> NDArray[np.float32]:
    """Zero mean, length 1."""
    away = values.astype(np.float32) - np.float32(values.mean())
    return np.asarray(away / (np.linalg.norm(away) + 1e-6), np.float32)
