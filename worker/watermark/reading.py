"""The soft bits of a recording: for each segment, how surely it is variant A or variant B.

The stored variants are at hand, so what tells them apart is known exactly: the mark is half their difference. From a
recorded frame the middle of the two is taken away, with what a recording does to any picture fitted and taken off with
it: contrast, a tiny misplacement, softness, texture lost here and there. What is left, its noise made even in place and in
frequency, is compared with the mark block by block. Each block has a vote, the correlation, so that no loud place
outvotes the rest.

How sure the sum of the votes is, the blocks themselves say: the mark's signs are random and secret, so without a mark
votes fall on either side alike, and their own spread tells what chance would make of them. z is the sum over that:
variant A makes it large, variant B as negative.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from worker.watermark.alignment import Alignment
from worker.watermark.footage import CELL, Luma, Plane, Recording, StoredVideo
from worker.watermark.placing import laid, laid_over

#: The band the mark lies in: what is finer than this Gaussian's sigma is taken off, and what is as coarse as the mean
#: over this side, in pixels.
_FINE, _COARSE = CELL * 0.4, CELL * 3 + 1
#: Textures (the first of the distractions) that are taken off place by place, and the side of a place: some blobs wide,
#: so that it cannot take off the mark with them.
_LOCAL, _HERE = 3, 21
#: Side of the neighbourhood whose noise is measured, and the fewest pixels that are worth a look.
_AROUND, _LEAST_PIXELS = 33, 1000
#: Side of a block, in pixels, and of what votes as one for all we know, in blocks: blobs reach into the next block, and
#: encoders decide for several at once.
_BLOCK, _PARTY = CELL * 3 // 2, 2
#: How much wider chance spreads than parties that know nothing of each other would: measured, 1.3 (1280 pixels) to 1.7
#: (640). Pictures have patterns of their own, and the two variants do not differ in the mark alone.
_CAUTION = 1.6
#: A block with less than this part of the mean block's mark has less of a vote.
_FAINT = 0.25
#: Frames of a segment that are compared. They are alike, and so is what a re-encoding did to them: six say nearly as much
#: as twelve.
_MOST_FRAMES = 6
#: Rings that the plane of frequencies is divided into where the noise is made even.
_RINGS = 40
#: Pixels at the border of what the recording covers that are left out: filters and encoders reach across it.
_MARGIN = 4


@dataclass(frozen=True, slots=True)
class SoftBit:
    """What one segment says. `evidence`: above 0 for variant A, below for B. `spread`: what it would be by chance.

    `energy`: the evidence of an undamaged A. All three are 0 of a segment that the recording does not show.
    """

    evidence: float
    spread: float
    energy: float
    frames: int

    @property
    def z(self) -> float:
        """The evidence against chance."""
        return self.evidence / self.spread if self.spread else 0.0


#: What a segment says that the recording does not show.
NOT_SHOWN = SoftBit(0.0, 0.0, 0.0, 0)


def read(recording: Recording, stored: StoredVideo, alignment: Alignment) -> list[SoftBit]:
    """A soft bit for each segment of the video."""
    frames, inside = laid_over(recording, stored, alignment.place)
    return [_bit(frames, inside, stored, alignment, index) for index in range(stored.segments)]


def _bit(
    frames: list[Luma], inside: NDArray[np.bool_], stored: StoredVideo, alignment: Alignment, index: int
) -> SoftBit:
    first = stored.segment_of.index(index)
    count = stored.segment_of.count(index)
    shown = np.flatnonzero((alignment.frame_of >= first) & (alignment.frame_of < first + count))
    if not len(shown):
        return NOT_SHOWN
    wanted: dict[int, list[Luma]] = {}
    for k in shown:
        wanted.setdefault(int(alignment.frame_of[k]) - first, []).append(frames[int(k)])
    sums = np.zeros((3, 1, 1))
    compared = sorted(wanted)[:: max(1, round(len(wanted) / _MOST_FRAMES))]
    for at, (a, b) in enumerate(stored.variants(index)):
        if at in compared:
            seen = np.stack([laid(frame, alignment.place, a.shape) for frame in wanted[at]]).mean(axis=0)
            pair = _compared(np.asarray(seen, np.float32), inside, _half(a + b), _half(a - b))
            if pair is None:
                return NOT_SHOWN
            rest, mark = pair
            sums = sums + np.stack([_by_block(part) for part in (rest * mark, rest * rest, mark * mark)])
    return _vote(sums[0], sums[1], sums[2], len(shown))


def _vote(together: NDArray[np.float64], seen: NDArray[np.float64], mark: NDArray[np.float64], frames: int) -> SoftBit:
    """A vote of each block, between -1 and 1: the correlation of what is seen there with the mark there, both by their
    products with themselves; less where there is hardly any mark.
    """
    floor = _FAINT * float(mark.mean()) + 1e-12
    votes = together / np.sqrt((seen + 1e-3 * seen.mean() + 1e-12) * (mark + floor))
    energy = float(np.sqrt(mark / (mark + floor)).sum())
    rows, columns = (side // _PARTY * _PARTY for side in votes.shape)
    if not rows or not columns:
        return NOT_SHOWN
    parties = votes[:rows, :columns].reshape(rows // _PARTY, _PARTY, columns // _PARTY, _PARTY).sum(axis=(1, 3))
    spread = float(_CAUTION * parties.std() * np.sqrt(votes.size) / _PARTY)
    return SoftBit(float(votes.sum()), spread, energy, frames)


def _by_block(values: NDArray[np.float64]) -> NDArray[np.float64]:
    height, width = values.shape
    rows, columns = -(-height // _BLOCK), -(-width // _BLOCK)
    padded = np.zeros((rows * _BLOCK, columns * _BLOCK))
    padded[:height, :width] = values
    return np.asarray(padded.reshape(rows, _BLOCK, columns, _BLOCK).sum(axis=(1, 3)), np.float64)


def _smoothed(power: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.float64]:
    """A power spectrum as the mean over all directions, in rings of frequency."""
    high = np.hypot(np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])[None, :])
    ring = np.minimum((high * 2 * _RINGS).astype(int), _RINGS)
    mean = np.bincount(ring.ravel(), power.ravel()) / np.maximum(np.bincount(ring.ravel()), 1)
    return np.asarray(mean[ring] + 1e-3 * power.mean(), np.float64)


def _half(picture: Plane) -> Plane:
    return np.asarray(picture / 2, np.float32)


def _compared(
    seen: Plane, inside: NDArray[np.bool_], middle: Plane, half: Plane
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """What is seen beside the middle of the variants, and the mark, half their difference, both made even in place and
    frequency. None if the recording covers next to nothing.
    """
    covered = cv2.erode(inside.astype(np.uint8), np.ones((2 * _MARGIN + 1,) * 2, np.uint8), borderValue=0)
    edge = np.zeros_like(covered)
    edge[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN] = 1
    mask = np.asarray(covered * edge, np.float32)
    if mask.sum() < _LEAST_PIXELS:
        return None
    # Off both: the two variants also differ a little in how sharp they are, and so may a recording without a mark.
    distractions = _distractions(middle)
    wanted, rest = _without((_band(half), _band(seen)), distractions, mask)
    for texture in distractions[:_LOCAL]:
        wanted, rest = _without_here(wanted, texture, mask), _without_here(rest, texture, mask)
    # What noise there is around each pixel; a floor, or what is black would count for everything.
    noise = cv2.blur(rest * rest, (_AROUND, _AROUND)) / np.maximum(cv2.blur(mask, (_AROUND, _AROUND)), 1e-3)
    floor = 0.05 * float((rest * rest).sum() / mask.sum()) + 1e-4
    weight = mask / (noise + floor)
    found, mark = (np.fft.rfft2(part) for part in (weight * rest, wanted))
    even = 1 / np.sqrt(_smoothed(np.abs(found) ** 2, middle.shape))
    a, b = (np.fft.irfft2(part * even, middle.shape) for part in (found, mark))
    return a, b


def _distractions(middle: Plane) -> Sequence[Plane]:
    """What a recording may do to a picture without any mark: contrast, a misplacement, softness."""
    across = cv2.Sobel(middle, cv2.CV_32F, 1, 0, scale=1 / 8)
    down = cv2.Sobel(middle, cv2.CV_32F, 0, 1, scale=1 / 8)
    height, width = middle.shape
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    soft = cv2.Laplacian(middle, cv2.CV_32F)
    once, twice = (cv2.GaussianBlur(middle, (0, 0), sigma) for sigma in (1.0, 2.0))
    return [
        _band(np.asarray(part, np.float32))
        for part in (
            *(middle, once - twice, middle - once, across, down),
            *(x * across, y * across, x * down, y * down, middle * middle / 255, soft),
        )
    ]


def _without(pictures: Sequence[Plane], distractions: Sequence[Plane], mask: Plane) -> list[Plane]:
    """Each picture less the best mixture of the distractions, by least squares over the mask."""
    columns = np.stack([part * mask for part in distractions]).reshape(len(distractions), -1)
    columns /= np.sqrt(np.mean(np.square(columns), axis=1, keepdims=True)) + 1e-6
    seen = np.stack([picture * mask for picture in pictures]).reshape(len(pictures), -1)
    # OpenCV's products: numpy's would start a thread for each core, which is slower by far where others use the cores.
    normal = cv2.gemm(columns, columns, 1, None, 0, flags=cv2.GEMM_2_T)  # type: ignore[call-overload]
    right = cv2.gemm(columns, seen, 1, None, 0, flags=cv2.GEMM_2_T)  # type: ignore[call-overload]
    mixture = np.linalg.solve(normal + 1e-6 * columns.shape[1] * np.eye(len(columns)), right).astype(np.float32)
    rest = cv2.gemm(mixture, columns, -1, seen, 1, flags=cv2.GEMM_1_T)
    return [np.asarray(part, np.float32).reshape(mask.shape) for part in rest]


def _without_here(picture: Plane, texture: Plane, mask: Plane) -> Plane:
    """The picture less as much of the texture as is in it around each pixel: a re-encoding takes more off here than there."""
    inside = texture * mask
    around = (_HERE, _HERE)
    share = cv2.blur(picture * inside, around) / (cv2.blur(inside * inside, around) + 1e-3)
    return np.asarray(picture - share * inside, np.float32)


def _band(picture: Plane) -> Plane:
    fine = cv2.GaussianBlur(picture, (0, 0), _FINE)
    return np.asarray(fine - cv2.blur(fine, (_COARSE, _COARSE)), np.float32)
