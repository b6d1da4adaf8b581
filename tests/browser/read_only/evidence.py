"""Whether what an attack has got shows the video: decoded by FFmpeg and compared with the true frames.

That it decodes is no evidence. FFmpeg makes pictures out of encrypted samples too, and the page's own thumbnail looks like
the video's first frame: only several frames that each look like a true one are the video.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from itertools import islice

import av
import numpy as np
from PIL import Image

#: Frames are compared at this size, in grey: sharp enough to tell frames apart, and re-encoding does not matter.
_WIDTH, _HEIGHT = 64, 36
#: Correlation from which on a picture is taken for a frame. Encrypted ones reach 0.3, those that were recorded 0.97.
_ALIKE = 0.9
#: So many alike frames are the video. A picture alone is one.
_ENOUGH = 3
#: Frames that are looked at: more than a second.
_AT_MOST = 48

Picture = np.ndarray


class Truth:
    """The frames of the video as the server has it."""

    def __init__(self, clear: bytes) -> None:
        self.file = clear
        self.frames = _normal(decoded(clear, at_most=1000))
        assert len(self.frames) > 24, "the true video itself must decode"

    def likeness(self, pictures: Sequence[Picture]) -> list[tuple[float, int]]:
        """For each picture its highest correlation (-1 to 1) with a true frame, and that frame's number."""
        if not pictures:
            return []
        table = _normal(pictures) @ self.frames.T
        return [(float(row.max()), int(row.argmax())) for row in table]

    def is_shown_by(self, pictures: Sequence[Picture]) -> bool:
        """Whether the pictures are the video's."""
        return sum(likeness > _ALIKE for likeness, _ in self.likeness(pictures)) >= _ENOUGH

    def is_in(self, data: bytes, key: bytes | None = None) -> bool:
        """Whether these bytes are the video, in the clear or with this content key."""
        return self.is_shown_by(decoded(data, key=key))

    def is_moving_in(self, pictures: Sequence[Picture]) -> bool:
        """Whether the pictures show the video at different moments of it, as no poster does."""
        return len({frame for likeness, frame in self.likeness(pictures) if likeness > _ALIKE}) >= _ENOUGH


def decoded(source: bytes | str, *, key: bytes | None = None, at_most: int = _AT_MOST, **options: str) -> list[Picture]:
    """The first frames that FFmpeg finds in bytes or at an address; none if it finds nothing."""
    if key is not None:
        options["decryption_key"] = key.hex()
    pictures: list[Picture] = []
    try:
        with av.open(io.BytesIO(source) if isinstance(source, bytes) else source, options=options, timeout=10) as file:
            for frame in islice(file.decode(video=0), at_most):
                pictures.append(frame.reformat(_WIDTH, _HEIGHT, "gray").to_ndarray())
    except (av.FFmpegError, OSError, IndexError, ValueError):
        pass  # what came before it broke off counts
    return pictures


def picture(data: bytes) -> Picture:
    """One picture from a PNG or JPEG."""
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("L").resize((_WIDTH, _HEIGHT)))


def from_pixels(pixels: Sequence[int]) -> Picture:
    """One picture from a canvas of that size, four numbers a pixel."""
    rgba = np.asarray(pixels, dtype=np.float32).reshape(_HEIGHT, _WIDTH, 4)
    return rgba[:, :, :3].mean(axis=2)


def _normal(pictures: Iterable[Picture]) -> np.ndarray:
    """One row a picture, mean 0 and length 1, so that products of rows are correlations. A flat picture is all 0."""
    rows = np.stack([np.asarray(p, dtype=np.float32).ravel() for p in pictures])
    rows -= rows.mean(axis=1, keepdims=True)
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, length, out=np.zeros_like(rows), where=length > 1)
