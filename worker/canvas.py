"""The video's frame: its size for a picture, and the picture laid out in it.

Most pictures fill the frame. A picture too long, too tall or too tiny to do so stands on a soft, darker blur of itself.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

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


def compose(picture: NDArray[np.uint8], size: Size) -> NDArray[np.uint8]:
    """The picture (h x w x 3, uint8) in a frame of `size`: filling it, or on a soft fill if it cannot."""
    height, width = picture.shape[:2]
    tiny = max(width, height) < TINY
    if not tiny and 1 / MAX_ASPECT <= width / height <= MAX_ASPECT:
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
