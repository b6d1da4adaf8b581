"""The video's frame: its size for a picture, and the picture laid out in it.

Most pictures fill the frame; where another shape than the picture's is wanted, what does not fit is cut off around the
focus. A picture too long, too tall or too tiny to fill it stands on a soft, darker blur of itself. None is ever stretched.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from i2v_core.jobs import MIDDLE, Focus, Shape

#: The longest and the tallest frame. Panoramas of phones end near 4:1; beyond that a frame is a line on most screens.
MAX_ASPECT = 4.0
#: Smaller pictures are scaled up to this long side, in pixels: players' controls need room.
MIN_LONG_SIDE = 640
#: Below this long side, in pixels, a picture is an icon: filling the frame would show nothing but blur.
TINY = 64
#: What a tiny picture takes of the frame's sides: clearly a card on a ground.
_CARD = 0.6
#: Least thickness of a strip, as part of the frame's short side: a 4000x3 picture must be seen, not guessed.
_STRIP = 0.05
#: How far the picture's shape may be from the frame's and still fill it: whole pixels are seldom exactly in proportion.
_SAME_SHAPE = 0.02
#: Brightness of the fill against the picture, so that the picture stands out from it.
_FILL_BRIGHTNESS = 0.7
#: The fill is made from so few pixels on its long side that only soft patches of colour remain.
_FILL_DETAIL = 12


class Size(NamedTuple):
    """Width and height in pixels."""

    width: int
    height: int


def video_size(width: int, height: int, long_side: int) -> Size:
    """The frame for a picture of `width` x `height` pixels: its shape, even sides, the longer at most `long_side`."""
    aspect = min(max(width / height, 1 / MAX_ASPECT), MAX_ASPECT)
    longer = min(long_side, max(MIN_LONG_SIDE, width, height)) // 2 * 2  # even: 4:2:0 halves both
    shorter = max(2 * round(longer / max(aspect, 1 / aspect) / 2), 16)  # 16: one macroblock, an encoder's least
    return Size(longer, shorter) if aspect >= 1 else Size(shorter, longer)


def framed(
    picture: NDArray[np.uint8], shape: Shape, focus: Focus = MIDDLE, *, long_side: int
) -> tuple[NDArray[np.uint8], Size]:
    """What of the picture (h x w x 3, uint8) belongs into a frame of that shape, and the frame's size.

    `focus` lies as near to the middle of what stays as the picture's edges allow. The whole picture stays if what could
    be cut out of it would be tiny: `compose` then lays it on a fill. The longer side of the frame is at most `long_side`.
    """
    height, width = picture.shape[:2]
    if shape.ratio is None:
        return picture, video_size(width, height, long_side)
    across, down = shape.ratio
    cut = Size(min(width, round(height * across / down)), min(height, round(width * down / across)))
    if max(cut) < TINY:
        return picture, _size_of(shape.ratio, max(width, height), long_side)
    left, top = _start(focus.x, cut.width, width), _start(focus.y, cut.height, height)
    return picture[top : top + cut.height, left : left + cut.width], _size_of(shape.ratio, max(cut), long_side)


def _start(focus: float, length: int, whole: int) -> int:
    return min(max(round(focus * whole - length / 2), 0), whole - length)


def _size_of(ratio: tuple[int, int], longer: int, long_side: int) -> Size:
    """A frame of exactly that ratio with even sides, the longer as long as `video_size` would have it or a bit less."""
    steps = min(long_side, max(MIN_LONG_SIDE, longer)) // (2 * max(ratio))
    return Size(2 * steps * ratio[0], 2 * steps * ratio[1])


def compose(picture: NDArray[np.uint8], size: Size) -> NDArray[np.uint8]:
    """The picture (h x w x 3, uint8) in a frame of `size`: filling it, or on a soft fill if it cannot."""
    height, width = picture.shape[:2]
    tiny = max(width, height) < TINY
    if not tiny and abs(width * size.height / (height * size.width) - 1) <= _SAME_SHAPE:
        return _resized(picture, size)
    part = _CARD if tiny else 1.0
    scale = part * min(size.width / width, size.height / height)
    least = max(1, round(_STRIP * min(size)))
    card = Size(max(round(width * scale), least), max(round(height * scale), least))
    frame = _fill(picture, size)
    left, top = (size.width - card.width) // 2, (size.height - card.height) // 2
    frame[top : top + card.height, left : left + card.width] = _resized(picture, card)
    return frame


def _fill(picture: NDArray[np.uint8], size: Size) -> NDArray[np.uint8]:
    scale = _FILL_DETAIL / max(size)
    patches = _resized(picture, Size(max(round(size.width * scale), 2), max(round(size.height * scale), 2)))
    blurred = cv2.GaussianBlur(
        patches.astype(np.float32) * _FILL_BRIGHTNESS, (0, 0), 1.0, borderType=cv2.BORDER_REPLICATE
    )
    smooth = cv2.resize(blurred, size, interpolation=cv2.INTER_CUBIC)
    return np.clip(smooth, 0, 255).astype(np.uint8)


def _resized(picture: NDArray[np.uint8], size: Size) -> NDArray[np.uint8]:
    """Each axis by itself: INTER_AREA averages only when both shrink, and a strip shrinks in one alone."""
    for target in (Size(size.width, picture.shape[0]), size):
        now = Size(picture.shape[1], picture.shape[0])
        if target != now:
            shrinks = target.width < now.width or target.height < now.height
            way = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
            picture = np.asarray(cv2.resize(picture, target, interpolation=way), np.uint8)
    return np.ascontiguousarray(picture)
