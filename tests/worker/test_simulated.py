"""The simulated model: exactly its time, evenly, with something to say in between."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from i2v_core.errors import StartRefused
from i2v_core.jobs import Motion, VideoOptions
from i2v_core.settings import Settings
from tests.worker.clock import Clock, clock
from worker.canvas import Size
from worker.model import Frame, Progress, load_model
from worker.simulated import SimulatedModel

__all__ = ["clock"]

SIZE = Size(320, 320)
OPTIONS = VideoOptions(Motion.ORBIT, 3, 5)


@pytest.fixture
def picture() -> NDArray[np.uint8]:
    path = Path(__file__).parent.parent / "pictures" / "astronaut.png"
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_COLOR_RGB), np.uint8)


def test_frame_k_of_n_leaves_at_k_nths_of_the_time(picture: NDArray[np.uint8], clock: Clock) -> None:
    model = SimulatedModel(Settings(model_seconds=2, video_fps=8))

    left = [(item, clock.elapsed) for item in model.generate(picture, OPTIONS, SIZE)]

    frames = [(item, at) for item, at in left if isinstance(item, Frame)]
    assert [frame.index for frame, _ in frames] == list(range(24))
    assert {frame.count for frame, _ in frames} == {24}
    assert {frame.pixels.shape for frame, _ in frames} == {(320, 320, 3)}
    assert [at for _, at in frames] == pytest.approx([2 * (frame.index + 1) / 24 for frame, _ in frames])
    assert model.seconds_for(OPTIONS) == 2


def test_work_of_others_between_frames_does_not_add_up(picture: NDArray[np.uint8], clock: Clock) -> None:
    model = SimulatedModel(Settings(model_seconds=1, video_fps=8))
    left: list[float] = []

    for item in model.generate(picture, OPTIONS, SIZE):
        if isinstance(item, Frame):
            left.append(clock.elapsed)
            clock.sleep(0.02)  # an encoder, say

    assert left[-1] == pytest.approx(1)


def test_it_speaks_at_least_eight_times_a_second_and_progress_never_falls(
    picture: NDArray[np.uint8], clock: Clock
) -> None:
    model = SimulatedModel(Settings(model_seconds=6, video_fps=8))

    said = [
        (clock.elapsed, item.fraction) for item in model.generate(picture, OPTIONS, SIZE) if isinstance(item, Progress)
    ]

    assert max(after - before for (before, _), (after, _) in pairwise(said)) <= 1 / 8
    fractions = [fraction for _, fraction in said]
    assert fractions == sorted(fractions)
    assert fractions == pytest.approx([at / 6 for at, _ in said])


def test_the_last_word_is_that_all_is_done(picture: NDArray[np.uint8]) -> None:
    model = SimulatedModel(Settings(model_seconds=0.2, video_fps=8))

    *_, last = model.generate(picture, OPTIONS, SIZE)

    assert last == Progress(1.0)


def test_the_same_options_give_the_same_frames(picture: NDArray[np.uint8]) -> None:
    model = SimulatedModel(Settings(model_seconds=0.05, video_fps=8))

    def frames() -> list[NDArray[np.uint8]]:
        return [item.pixels for item in model.generate(picture, OPTIONS, SIZE) if isinstance(item, Frame)]

    assert all((one == other).all() for one, other in zip(frames(), frames(), strict=True))


def test_it_is_found_by_its_name() -> None:
    model = load_model("simulated", Settings(model_seconds=7))

    assert isinstance(model, SimulatedModel)
    assert model.seconds_for(OPTIONS) == 7


def test_a_model_that_is_not_installed_stops_the_start_with_a_sentence() -> None:
    with pytest.raises(StartRefused, match=r"I2V_MODEL is 'missing'.*simulated"):
        load_model("missing", Settings())
