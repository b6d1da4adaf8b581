"""The mark of one segment: a faint luma pattern that variant A has added and variant B has taken away.

Blobs of an eightieth of the picture's long side: large enough to come through a re-encoding and a
smaller size, small enough not to be seen as a shade. They are strong where the picture is busy, nearly absent where it
is smooth. The pattern stays the same from the first frame of its segment to the last, so that the keyframe carries it
and the frames after it cost next to nothing; each segment has another one.

The signs of the blobs come from a secret random number of each run that is kept nowhere: nobody can work the mark out
from the source, and the detector reads it off the stored variants. So a recording of any other run finds nothing here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

#: Pixels from the middle of a blob to that of the next in a video of 1280 pixels or less, and their number along the
#: long side of a larger one. 16 pixels at 0.75 scale are still 12, more than a transform block.
_CELL, _CELLS = 16, 80
#: The mean square of the luma steps over a picture: at most 50.4 dB PSNR (the promise is 50), and at least 56 dB where
#: there is anything to hide it in: below that little is left after a re-encoding.
_MOST_POWER = 255**2 / 10 ** (50.4 / 10)
_LEAST_POWER = 255**2 / 10 ** (56 / 10)
#: Luma steps of local contrast (the luma's deviation from its surroundings) that still count as smooth, and the most that
#: the mark may change the luma by. Between the two it grows with the root of the contrast: an encoder spends less on what
#: is busiest. Below half a step it is rounded away: the smooth parts of most pictures carry no mark at all.
_SMOOTH, _MOST = 0.8, 2.0
#: How flat the blobs are: the higher, the more of one is at its full strength.
_FLAT = 1.5
#: How much stronger a picture without any busy part may be marked. What is as good as one colour stays as it is.
_MOST_GAIN = 8.0


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """Luma steps to add (variant A) or to take away (variant B), as h x w uint8 of what is positive and negative."""

    plus: NDArray[np.uint8]
    minus: NDArray[np.uint8]

    def added(self, luma: NDArray[np.uint8], into: NDArray[np.uint8]) -> None:
        """Write the luma of variant A; `into` may be `luma` itself."""
        cv2.subtract(cv2.add(luma, self.plus), self.minus, dst=into)

    def taken(self, luma: NDArray[np.uint8], into: NDArray[np.uint8]) -> None:
        """Write the luma of variant B."""
        cv2.subtract(cv2.add(luma, self.minus), self.plus, dst=into)


def cell_of(width: int, height: int) -> int:
    """Pixels from the middle of a blob to that of the next, in a video of that size."""
    return max(_CELL, round(max(width, height) / _CELLS))


def pattern_for(luma: NDArray[np.uint8], secret: int, index: int) -> Pattern:
    """The pattern of segment `index`, whose first picture is `luma` (h x w). `secret`: 64 random bits of the run."""
    height, width = luma.shape
    steps, power = _steps(signed := _blobs(width, height, secret, index) * _amplitude(luma))
    gain = 1.0
    while power < _LEAST_POWER and gain < _MOST_GAIN:
        gain *= 1.3
        steps, power = _steps(signed * gain)
    while power > _MOST_POWER:  # once or twice: rounding keeps it from being exact
        gain *= math.sqrt(_MOST_POWER / power) * 0.98
        steps, power = _steps(signed * gain)
    return Pattern(np.maximum(steps, 0).astype(np.uint8), np.maximum(-steps, 0).astype(np.uint8))


def _steps(signed: NDArray[np.float32]) -> tuple[NDArray[np.float32], float]:
    """The whole luma steps and their mean square."""
    steps = np.rint(np.clip(signed, -_MOST, _MOST))
    return steps, float(np.mean(np.square(steps)))


def _blobs(width: int, height: int, secret: int, index: int) -> NDArray[np.float32]:
    """A smooth random field, mostly near -1 or 1."""
    chance = np.random.Generator(np.random.PCG64(np.random.SeedSequence((secret, index))))
    cell = cell_of(width, height)
    rows, columns = height // cell + 2, width // cell + 2
    signs = chance.integers(0, 2, (rows, columns)).astype(np.float32) * 2 - 1
    wide = cv2.resize(signs, (columns * cell, rows * cell), interpolation=cv2.INTER_CUBIC)
    top, left = chance.integers(0, cell, 2)
    return np.asarray(np.clip(wide[top : top + height, left : left + width] * np.float32(_FLAT), -1, 1), np.float32)


def _amplitude(luma: NDArray[np.uint8]) -> NDArray[np.float32]:
    """How strong the mark may be at each pixel: by what is busy around it. Smooth, at half the size for speed."""
    height, width = luma.shape
    half = cv2.resize(luma, (max(1, width // 2), max(1, height // 2)), interpolation=cv2.INTER_AREA).astype(np.float32)
    away = cv2.absdiff(half, cv2.blur(half, (5, 5)))
    # The least of two neighbourhoods: beside a lone edge it is smooth, and there the eye would see the mark.
    around = (cell_of(width, height) // 2,) * 2
    contrast = cv2.blur(cv2.erode(cv2.blur(away, around), np.ones((5, 5), np.uint8)), around)
    amplitude = np.sqrt(np.maximum(contrast - _SMOOTH, 0))
    return np.asarray(cv2.resize(amplitude, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
