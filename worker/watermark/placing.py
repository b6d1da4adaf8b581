"""Which part of the stored picture a recording shows: one affine map for all of it (scale, crop, shift), and its fit.

Found coarse to fine by Gauss-Newton on the brightness of several frames at once (Lucas and Kanade 1981; Baker and
Matthews 2004), to a few hundredths of a pixel: the mark is a hundredth of what a picture changes from pixel to pixel.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from worker.watermark.footage import Luma, Plane, Recording, StoredVideo

#: 2 x 3: from pixels of a stored frame to pixels of a recorded one, at working size.
Affine = NDArray[np.float64]

#: Recorded frames that the map is fitted to.
_FITTED = 8
#: Long sides of the pyramid that the fit climbs, and the most steps on each: to find the place, and to know it well.
COARSE_LEVELS = ((80, 12), (160, 8), (320, 4))
FINE_LEVELS = ((320, 6), (640, 5))
#: Pixels that a step must move something by to be followed by another.
_STILL = 0.003


def fit(
    recording: Recording,
    stored: StoredVideo,
    place: Affine,
    frame_of: NDArray[np.int64],
    levels: Sequence[tuple[int, int]],
) -> Affine:
    """The map that makes the recorded frames look most like the stored ones they show."""
    shown = np.flatnonzero(frame_of >= 0)
    if not len(shown):
        return place
    chosen = np.unique(shown[np.linspace(0, len(shown) - 1, min(len(shown), _FITTED)).astype(int)])
    for side, steps in levels:
        ours = [at_side(stored.frames[frame_of[k]], side) for k in chosen]
        theirs = [at_side(recording.frames[k], side) for k in chosen]
        at = scaled(place, stored.frames[0], ours[0], recording.frames[0], theirs[0])
        pairs = [_Pair(known, frame) for known, frame in zip(ours, theirs, strict=True)]
        for _ in range(steps):
            moved = _step(pairs, at)
            if moved is None:
                break
            at = at + moved
            if np.abs(moved[:, :2]).max() * side + np.abs(moved[:, 2]).max() < _STILL:
                break
        place = scaled(at, ours[0], stored.frames[0], theirs[0], recording.frames[0])
    return place


def laid_over(recording: Recording, stored: StoredVideo, place: Affine) -> tuple[list[Luma], NDArray[np.bool_]]:
    """The recorded frames before they are `laid`, without what is too fine for that, and which pixels they will cover."""
    shape = stored.frames[0].shape
    return without_fine(recording.frames, place), inside_of(place, recording.frames[0].shape, shape)


def laid(frame: Luma, place: Affine, shape: tuple[int, ...]) -> Plane:
    """The recorded frame laid over the stored one of `shape`."""
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    floats, size = frame.astype(np.float32), (shape[1], shape[0])
    return np.asarray(cv2.warpAffine(floats, place, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.float32)


def without_fine(frames: Sequence[Luma], place: Affine) -> list[Luma]:
    """Blurred where the map makes them smaller, or they would flicker against themselves."""
    shrink = math.hypot(place[0, 0], place[1, 0])
    if shrink <= 1.2:
        return list(frames)
    return [np.asarray(cv2.GaussianBlur(frame, (0, 0), 0.4 * shrink), np.uint8) for frame in frames]


def inside_of(place: Affine, frame: tuple[int, ...], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which pixels of a stored frame of `shape` a recorded one of the shape `frame` covers."""
    x, y = _grid(shape[0], shape[1])
    at_x = place[0, 0] * x + place[0, 1] * y + place[0, 2]
    at_y = place[1, 0] * x + place[1, 1] * y + place[1, 2]
    margin = 2.0  # what the interpolation reaches for
    inside = (at_x >= margin) & (at_y >= margin)
    inside &= (at_x <= frame[1] - 1 - margin) & (at_y <= frame[0] - 1 - margin)
    return np.asarray(inside)


class _Pair:
    """A stored frame, the recorded one that shows it, and how the former changes when the map does."""

    def __init__(self, known: Luma, frame: Luma) -> None:
        # A few ten thousand pixels fix six numbers as well as all of them.
        self.every = 2 if max(known.shape) > 200 else 1
        self.frame = frame
        self.shape = known.shape
        smooth = cv2.GaussianBlur(known.astype(np.float32), (0, 0), 0.7)
        across, down = (self.thin(cv2.Sobel(smooth, cv2.CV_32F, *way, scale=1 / 8)) for way in ((1, 0), (0, 1)))
        self.known = self.thin(known.astype(np.float32))
        x, y = (self.thin(part) for part in _grid(*known.shape))
        self.jacobian = np.stack([across * x, across * y, across, down * x, down * y, down])

    def thin(self, picture: NDArray[Any]) -> NDArray[Any]:
        return picture[:: self.every, :: self.every]


def _step(pairs: Sequence[_Pair], at: Affine) -> Affine | None:
    """One Gauss-Newton step of the map, or None where there is nothing to hold on to."""
    normal, right = np.zeros((6, 6)), np.zeros(6)
    inside = pairs[0].thin(inside_of(at, pairs[0].frame.shape, pairs[0].shape))
    if inside.sum() < 100:
        return None
    for pair in pairs:
        seen = pair.thin(laid(pair.frame, at, pair.shape))[inside]
        known = pair.known[inside]
        seen = seen - seen.mean()
        known = known - known.mean()
        wrong = known - seen * (float(seen @ known) / (float(seen @ seen) + 1e-6))
        jacobian = pair.jacobian[:, inside]
        # OpenCV's product: numpy's would start a thread for each core, which is slower where others use the cores.
        both = np.concatenate([jacobian, wrong[None]])
        product = cv2.gemm(both, both, 1, None, 0, flags=cv2.GEMM_2_T)  # type: ignore[call-overload]
        normal += product[:6, :6]
        right += product[:6, 6]
    try:
        # A displacement in stored pixels; the map's own is that through its linear part.
        delta = np.linalg.solve(normal + 1e-6 * np.diag(np.diag(normal)) + 1e-9 * np.eye(6), right).reshape(2, 3)
    except np.linalg.LinAlgError:
        return None
    return np.asarray(at[:, :2] @ delta, np.float64)


def _grid(height: int, width: int) -> tuple[Plane, Plane]:
    return (
        np.broadcast_to(np.arange(width, dtype=np.float32), (height, width)),
        np.broadcast_to(np.arange(height, dtype=np.float32)[:, None], (height, width)),
    )


def at_side(frame: Luma, side: int) -> Luma:
    """The frame with that long side; never larger than it is."""
    height, width = frame.shape
    scale = side / max(height, width)
    if scale >= 1:
        return frame
    size = max(8, round(width * scale)), max(8, round(height * scale))
    return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8)


def scaled(place: Affine, ours: Luma | Plane, ours_to: Luma | Plane, theirs: Luma, theirs_to: Luma) -> Affine:
    """The map between pictures of other sizes. Centres of pixels lie at half."""

    def resizing(of: NDArray[np.generic], to: NDArray[np.generic]) -> NDArray[np.float64]:
        x, y = to.shape[1] / of.shape[1], to.shape[0] / of.shape[0]
        return np.array([[x, 0, 0.5 * x - 0.5], [0, y, 0.5 * y - 0.5], [0, 0, 1]])

    whole = np.vstack([place, [0, 0, 1]])
    return np.asarray((resizing(theirs, theirs_to) @ whole @ resizing(ours_to, ours))[:2], np.float64)
