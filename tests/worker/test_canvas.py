"""The video's frame: its size for every shape of picture, and the picture laid out in it."""

from __future__ import annotations

import numpy as np
import pytest

from worker.canvas import Size, compose, video_size


@pytest.mark.parametrize(
    ("picture", "frame"),
    [
        ((2560, 1707), (1280, 854)),  # larger than the video: bounded
        ((1200, 1800), (854, 1280)),  # upright
        ((901, 601), (900, 600)),  # smaller: as it is, with even sides
        ((451, 300), (640, 426)),  # small: scaled up
        ((1, 1), (640, 640)),
        ((4000, 3), (1280, 320)),  # a strip: the longest frame there is
        ((3, 4000), (320, 1280)),
    ],
)
def test_the_frame_has_the_pictures_shape_and_even_sides(picture: tuple[int, int], frame: tuple[int, int]) -> None:
    assert video_size(*picture, 1280) == frame


@pytest.mark.parametrize("long_side", [64, 65, 333, 1280, 3840])
def test_no_side_is_longer_than_the_setting_or_odd_or_too_small_to_encode(long_side: int) -> None:
    for picture in [(1, 1), (4000, 3), (3, 4000), (2560, 1707), (640, 480), (5000, 4999)]:
        size = video_size(*picture, long_side)

        assert max(size) <= long_side
        assert min(size) >= 16
        assert size.width % 2 == size.height % 2 == 0


def test_a_picture_of_a_usual_shape_fills_the_frame() -> None:
    picture = np.full((300, 451, 3), 200, np.uint8)

    frame = compose(picture, Size(640, 426))

    assert frame.shape == (426, 640, 3)
    assert frame.min() == frame.max() == 200


@pytest.mark.parametrize("shape", [(3, 4000), (4000, 3), (1, 1), (1, 60), (24, 32)])
def test_a_picture_that_cannot_fill_it_stands_on_a_darker_fill(shape: tuple[int, int]) -> None:
    picture = np.full((*shape, 3), 200, np.uint8)
    size = video_size(shape[1], shape[0], 1280)

    frame = compose(picture, size)

    assert frame.shape == (size.height, size.width, 3)
    middle, corner = frame[size.height // 2, size.width // 2], frame[0, 0]
    assert (middle == 200).all()
    assert (corner == 140).all()
    seen = (frame == 200).all(axis=2)
    assert min(seen.any(axis=0).sum(), seen.any(axis=1).sum()) >= 8  # a strip of 3 pixels is still to be seen
