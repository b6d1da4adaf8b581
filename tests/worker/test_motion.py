"""Camera motion: smooth to a fraction of a pixel, closed, never beyond the picture, and the same for the same seed."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from i2v_core.jobs import Motion
from worker.canvas import Size, video_size
from worker.motion import MAX_ZOOM, Camera, path_for

PICTURES = Path(__file__).parent.parent / "pictures"
MOTIONS = [motion for motion in Motion if motion is not Motion.AUTO]
FRAMES = 120


def load(name: str) -> NDArray[np.uint8]:
    return np.asarray(cv2.imread(str(PICTURES / name), cv2.IMREAD_COLOR_RGB), np.uint8)


def block_means(image: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Means of the 8x8 blocks."""
    height, width = image.shape[0] // 8 * 8, image.shape[1] // 8 * 8
    return image[:height, :width].reshape(height // 8, 8, width // 8, 8, 3).mean(axis=(1, 3))


def registered(
    first: NDArray[np.uint8], other: NDArray[np.uint8], points: NDArray[np.float32], expected: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Where what is around `points` of the first frame is found in the other (Lucas-Kanade)."""
    found, _, _ = cv2.calcOpticalFlowPyrLK(
        first,
        other,
        points[:, None],
        expected[:, None].copy(),
        winSize=(31, 31),
        maxLevel=0,
        flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
        criteria=(cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 50, 0.001),
    )
    return np.asarray(found[:, 0], np.float32)


@pytest.mark.parametrize("motion", MOTIONS)
def test_jitter_is_under_a_tenth_of_a_pixel(motion: Motion) -> None:
    picture = load("landscape_1.jpg")
    size = video_size(picture.shape[1], picture.shape[0], 1280)
    camera = Camera(picture, size, path_for(motion, 3, size), FRAMES)
    first = cv2.cvtColor(camera.frame(0), cv2.COLOR_RGB2GRAY)
    points = cv2.goodFeaturesToTrack(first, 300, 0.01, 20)[:, 0].astype(np.float32)
    start = camera.matrix(0)
    in_picture = points @ start[:, :2].T + start[:, 2]

    off = []
    for index in range(1, FRAMES, 2):
        now = camera.matrix(index)
        ideal = ((in_picture - now[:, 2]) / np.diag(now[:, :2])).astype(np.float32)
        inside = ((ideal > 40) & (ideal < np.array(size) - 40)).all(axis=1)
        frame = cv2.cvtColor(camera.frame(index), cv2.COLOR_RGB2GRAY)
        off.append(np.median(registered(first, frame, points[inside], ideal[inside]) - ideal[inside], axis=0))

    assert np.sqrt(np.square(off).sum(axis=1).mean()) < 0.1


@pytest.mark.parametrize("motion", MOTIONS)
def test_a_path_is_eased_and_closed(motion: Motion) -> None:
    for seed in range(8):
        path = path_for(motion, seed, Size(1280, 720))

        views = [path(index / FRAMES % 1) for index in range(FRAMES + 2)]  # one cycle, and over the seam

        # The four edges of the view, in pixels of a picture 1280 wide and high.
        rooms = [(1 - 1 / v.zoom, v) for v in views]
        starts = [(room * (1 + v.x) / 2, room * (1 + v.y) / 2) for room, v in rooms]
        ends = [(x + 1 / v.zoom, y + 1 / v.zoom) for (x, y), v in zip(starts, views, strict=True)]
        places = np.hstack([starts, ends]) * 1280
        assert np.abs(np.diff(places, axis=0)).max() < 12, "never faster than 12 pixels a frame"
        assert np.abs(np.diff(places, n=2, axis=0)).max() < 0.8, "no jerk, the seam included"


@pytest.mark.parametrize("motion", MOTIONS)
def test_no_view_reaches_beyond_the_picture(motion: Motion) -> None:
    for seed in range(8):
        path = path_for(motion, seed, Size(1280, 720))

        for index in range(FRAMES):
            view = path(index / FRAMES)
            assert 1 <= view.zoom <= MAX_ZOOM + 1e-9
            assert max(abs(view.x), abs(view.y)) <= 1 + 1e-9


@pytest.mark.parametrize("motion", MOTIONS)
def test_every_motion_is_seen(motion: Motion) -> None:
    picture = load("chelsea.png")
    size = video_size(picture.shape[1], picture.shape[0], 320)
    camera = Camera(picture, size, path_for(motion, 1, size), FRAMES)

    frames = [camera.frame(index).astype(np.int16) for index in (0, FRAMES // 4, FRAMES // 2)]

    assert np.abs(frames[1] - frames[0]).mean() > 3
    assert np.abs(frames[2] - frames[1]).mean() > 3


@pytest.mark.parametrize("motion", [Motion.ZOOM_IN, Motion.DRIFT, Motion.ORBIT, Motion.AUTO])
@pytest.mark.parametrize("name", ["astronaut.png", "chelsea.png", "coffee.png", "landscape_1.jpg"])
def test_the_first_frame_is_the_whole_picture_in_its_colours(motion: Motion, name: str) -> None:
    picture = load(name)
    size = video_size(picture.shape[1], picture.shape[0], 1280)

    for seed in range(3):
        frame = Camera(picture, size, path_for(motion, seed, size), FRAMES).frame(0)

        whole = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
        assert np.abs(block_means(frame) - block_means(whole)).mean() < 1


def test_auto_finds_different_motions_and_no_orbit_in_a_narrow_frame() -> None:
    def at_a_quarter(seed: int, size: Size) -> tuple[float, float, float]:
        view = path_for(Motion.AUTO, seed, size)(0.25)
        return (view.zoom, view.x, view.y)

    def could_be(motion: Motion, seed: int, size: Size) -> bool:
        view = path_for(motion, seed, size)(0.25)
        return (view.zoom, view.x, view.y) == at_a_quarter(seed, size)

    usual, narrow = Size(1280, 720), Size(1280, 320)

    assert {motion for motion in MOTIONS for seed in range(20) if could_be(motion, seed, usual)} == {
        Motion.ZOOM_IN,
        Motion.DRIFT,
        Motion.ORBIT,
    }
    assert not any(could_be(Motion.ORBIT, seed, narrow) for seed in range(20))


def test_the_same_seed_gives_the_same_frames_and_another_others() -> None:
    picture = load("coffee.png")
    size = Size(320, 214)

    def frame(seed: int) -> NDArray[np.uint8]:
        return Camera(picture, size, path_for(Motion.DRIFT, seed, size), FRAMES).frame(30)

    assert (frame(7) == frame(7)).all()
    assert (frame(7) != frame(8)).any()
