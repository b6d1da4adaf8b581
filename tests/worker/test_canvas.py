"""The video's frame: its size for every shape of picture, and the picture laid out in it."""

from __future__ import annotations

import numpy as np
import pytest

from i2v_core.jobs import Focus, Shape
from worker.canvas import Size, compose, framed, video_size


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


@pytest.mark.parametrize(("shape", "ratio"), [(Shape.WIDE, 16 / 9), (Shape.SQUARE, 1.0), (Shape.TALL, 9 / 16)])
@pytest.mark.parametrize("long_side", [64, 333, 1280])
@pytest.mark.parametrize("size", [(2560, 1707), (451, 300), (300, 451), (65, 37), (40, 30), (4000, 3), (1, 1)])
def test_a_frame_of_a_shape_has_exactly_its_ratio(
    shape: Shape, ratio: float, long_side: int, size: tuple[int, int]
) -> None:
    _, frame = framed(np.zeros((size[1], size[0], 3), np.uint8), shape, long_side=long_side)

    assert frame.width / frame.height == ratio
    assert frame.width % 2 == frame.height % 2 == 0
    assert 16 <= min(frame) <= max(frame) <= long_side


@pytest.mark.parametrize(
    ("shape", "frame"), [(Shape.WIDE, (1280, 720)), (Shape.SQUARE, (1280, 1280)), (Shape.TALL, (720, 1280))]
)
def test_a_large_picture_makes_a_frame_as_large_as_the_setting(shape: Shape, frame: tuple[int, int]) -> None:
    assert framed(np.zeros((2400, 2560, 3), np.uint8), shape, long_side=1280)[1] == frame


def test_a_picture_that_keeps_its_shape_is_left_as_it_is() -> None:
    picture = np.zeros((300, 451, 3), np.uint8)

    kept, frame = framed(picture, Shape.AS_PICTURE, Focus(0.1, 0.9), long_side=1280)

    assert kept is picture
    assert frame == video_size(451, 300, 1280)


@pytest.mark.parametrize("shape", [Shape.WIDE, Shape.SQUARE, Shape.TALL])
@pytest.mark.parametrize("size", [(800, 600), (600, 800), (1500, 400)])
@pytest.mark.parametrize("at", [(0.0, 0.0), (1.0, 1.0), (0.5, 0.5), (0.3, 0.8), (0.9, 0.1)])
def test_the_focus_is_as_near_to_the_middle_as_the_edges_allow(
    shape: Shape, size: tuple[int, int], at: tuple[float, float]
) -> None:
    width, height = size
    across, down = np.meshgrid(np.arange(width), np.arange(height))
    picture = np.dstack([across // 256, across % 256, down // 4]).astype(np.uint8)  # each pixel says where it lies

    kept, frame = framed(picture, shape, Focus(*at), long_side=1280)

    assert kept.shape[1] / kept.shape[0] == pytest.approx(frame.width / frame.height, rel=0.005)
    assert kept.shape[1] == width or kept.shape[0] == height, "more was cut off than had to be"
    left, right = (int(kept[0, x, 0]) * 256 + int(kept[0, x, 1]) for x in (0, -1))
    assert right - left == kept.shape[1] - 1
    middle = (left + right + 1) / 2
    wished = at[0] * width
    nearest = min(max(wished, kept.shape[1] / 2), width - kept.shape[1] / 2)
    assert abs(middle - nearest) <= 1
    top, bottom = int(kept[0, 0, 2]) * 4, int(kept[-1, 0, 2]) * 4
    assert top - 4 <= min(max(at[1] * height, kept.shape[0] / 2), height - kept.shape[0] / 2) - kept.shape[0] / 2
    assert bottom >= min(at[1] * height, height - 1) - 4, "the focus is below what stayed"


@pytest.mark.parametrize("shape", [Shape.WIDE, Shape.SQUARE, Shape.TALL])
def test_a_disc_stays_round_in_every_shape(shape: Shape) -> None:
    picture = np.zeros((600, 900, 3), np.uint8)
    down, across = np.ogrid[:600, :900]
    picture[(across - 450) ** 2 + (down - 300) ** 2 <= 100**2] = 255

    frame = compose(*framed(picture, shape, long_side=1280))

    lit = frame[..., 0] > 127
    wide, high = lit.any(axis=0).sum(), lit.any(axis=1).sum()
    assert abs(int(wide) - int(high)) <= 2


@pytest.mark.parametrize("size", [(40, 30), (1, 1), (4000, 3), (3, 4000), (60, 50)])
@pytest.mark.parametrize("shape", [Shape.WIDE, Shape.SQUARE, Shape.TALL])
def test_what_would_be_tiny_if_it_were_cut_stays_whole_on_a_fill(shape: Shape, size: tuple[int, int]) -> None:
    picture = np.full((size[1], size[0], 3), 200, np.uint8)

    kept, size_of_frame = framed(picture, shape, long_side=640)
    frame = compose(kept, size_of_frame)

    assert kept.shape == picture.shape
    lit = (frame == 200).all(axis=2)
    wide, high = int(lit.any(axis=0).sum()), int(lit.any(axis=1).sum())
    assert not lit[0, 0]
    assert lit[frame.shape[0] // 2, frame.shape[1] // 2]
    if min(size) > 3:
        assert wide / high == pytest.approx(size[0] / size[1], rel=0.05), "it was stretched"
