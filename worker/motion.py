"""Camera motion over a still picture: where the camera looks at each moment, and the frame it sees.

A path gives a view for each moment of the video's cycle. Every path is closed and eased (position and speed meet at the
seam), so that a video that loops neither jumps nor jerks, and no view reaches outside the picture.
Frames are cut by OpenCV's warpAffine with a float matrix: integer crops shake by a third of a pixel.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from i2v_core.jobs import Motion
from worker.canvas import Size, compose

#: The closest view of any path. More would show the softness of pictures that are no larger than the video.
MAX_ZOOM = 1.25
#: Part of the cycle that a zoom takes to its far end; the way back is quicker, so that "in" is what one sees.
_TURN = 0.64
#: Frames wider than this (or taller than its inverse) get no orbit: in so narrow a frame it is a wobble.
_NARROW = 1.9


@dataclass(frozen=True, slots=True)
class View:
    """What the camera sees: `zoom` 1 is the whole picture; `x`, `y` (-1..1) place it in the room that this leaves."""

    zoom: float
    x: float = 0.0
    y: float = 0.0


Path = Callable[[float], View]


def path_for(motion: Motion, seed: int, size: Size) -> Path:
    """The path of a motion: a function from the moment (0..1 of the video) to a view. Same arguments, same path."""
    chance = random.Random(seed)
    first, second = chance.random(), chance.random()  # random() is the one method that is stable between Pythons
    if motion is Motion.AUTO:
        motion = _choose(first, size)
    return _PATHS[motion](first, second, size)


class Camera:
    """A camera that goes over one picture along one path, `count` frames in a cycle.

    `picture` is h x w x 3, uint8; so are the frames, in `size`. The camera keeps its own copy, 1.25 times `size`.
    """

    def __init__(self, picture: NDArray[np.uint8], size: Size, path: Path, count: int) -> None:
        # At the closest view a pixel of this copy is a pixel of the frame; much larger ones would flicker under LINEAR.
        self._source = compose(picture, Size(round(size.width * MAX_ZOOM), round(size.height * MAX_ZOOM)))
        self._size = size
        self._path = path
        self._count = count

    def matrix(self, index: int) -> NDArray[np.float64]:
        """The 2x3 matrix from pixels of frame `index` to pixels of the camera's copy of the picture."""
        view = self._path(index / self._count)
        room = 1 - 1 / view.zoom  # what the view leaves of each side, as a part of it
        rows = []
        for axis, (pixels, place) in enumerate(zip(self._size, (view.x, view.y), strict=True)):
            side = self._source.shape[1 - axis]
            start = side * room * (1 + place) / 2
            step = side / view.zoom / pixels
            # Centres of pixels lie at half: output i shows the source at start + (i + 0.5) * step, less 0.5.
            rows.append([step, 0.0, start + 0.5 * step - 0.5] if axis == 0 else [0.0, step, start + 0.5 * step - 0.5])
        return np.array(rows)

    def frame(self, index: int) -> NDArray[np.uint8]:
        """Frame `index` (from 0)."""
        seen = cv2.warpAffine(
            self._source,
            self.matrix(index),
            self._size,
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,  # only for the half pixel beyond the outermost centres
        )
        return np.asarray(seen, np.uint8)


def _choose(chance: float, size: Size) -> Motion:
    """What suits the frame, among those that begin with the whole picture."""
    narrow = max(size) / min(size) > _NARROW
    fitting = (Motion.ZOOM_IN, Motion.DRIFT) if narrow else (Motion.ZOOM_IN, Motion.DRIFT, Motion.ORBIT)
    return fitting[int(chance * len(fitting))]


def _smooth(t: float) -> float:
    """Perlin's smootherstep: 0 to 1 with neither speed nor acceleration at the ends."""
    return t * t * t * (t * (6 * t - 15) + 10)


def _there_and_back(t: float, turn: float) -> float:
    """0 to 1 until `turn`, back to 0 at 1."""
    return _smooth(t / turn) if t < turn else _smooth((1 - t) / (1 - turn))


def _swell(t: float) -> float:
    """0 to 1 and back, as a wave."""
    return (1 - math.cos(2 * math.pi * t)) / 2


def _zoom_in(first: float, second: float, size: Size) -> Path:
    x, y = (
        0.7 * (first - 0.5),
        0.7 * (second - 0.5),
    )  # towards somewhere near the middle, where pictures have their subject
    return lambda t: View(1 + (MAX_ZOOM - 1) * _there_and_back(t, _TURN), x, y)


def _zoom_out(first: float, second: float, size: Size) -> Path:
    x, y = 0.7 * (first - 0.5), 0.7 * (second - 0.5)
    return lambda t: View(1 + (MAX_ZOOM - 1) * (1 - _there_and_back(t, _TURN)), x, y)


def _pan(first: float, second: float, size: Size) -> Path:
    side = 1.0 if first < 0.5 else -1.0

    def path(t: float) -> View:
        place = side * (2 * _there_and_back(t, 0.5) - 1)
        return View(1.2, place, 0.0) if size.width >= size.height else View(1.2, 0.0, place)

    return path


def _drift(first: float, second: float, size: Size) -> Path:
    angle = 2 * math.pi * second

    def path(t: float) -> View:
        sway = math.sin(2 * math.pi * t)
        return View(1 + 0.16 * _swell(t), sway * math.cos(angle), sway * math.sin(angle))

    return path


def _orbit(first: float, second: float, size: Size) -> Path:
    way, angle = (1.0 if first < 0.5 else -1.0), 2 * math.pi * second

    def path(t: float) -> View:
        phase = angle + way * 2 * math.pi * t
        return View(1 + 0.2 * _swell(t), math.cos(phase), math.sin(phase))

    return path


_PATHS: dict[Motion, Callable[[float, float, Size], Path]] = {
    Motion.ZOOM_IN: _zoom_in,
    Motion.ZOOM_OUT: _zoom_out,
    Motion.PAN: _pan,
    Motion.DRIFT: _drift,
    Motion.ORBIT: _orbit,
}
