"""What the page says of waits and lengths of time."""

from __future__ import annotations

import pytest

from i2v_app.states.queue import rough, standing


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, (1, "s")),
        (30, (30, "s")),
        (59.7, (1, "min")),
        (240, (4, "min")),
        (7200, (2, "h")),
        (604800, (7, "day")),
    ],
)
def test_lengths_of_time_are_rough(seconds: float, said: tuple[int, str]) -> None:
    assert rough(seconds) == said


@pytest.mark.parametrize(
    ("length", "processing", "stands"), [(0, 0, "free"), (0, 1, "busy"), (1, 1, "line"), (8, 0, "line")]
)
def test_the_wait_depends_on_who_is_there(length: int, processing: int, stands: str) -> None:
    queue = {"length": length, "processing": processing, "modelSeconds": 30.0, "paused": False}

    assert standing(queue) == stands


def test_without_a_worker_or_in_a_pause_no_time_is_promised() -> None:
    queue = {"length": 2, "processing": 0, "modelSeconds": 30.0, "paused": True}

    assert standing(queue) == "paused"
    assert standing({**queue, "modelSeconds": None}) == "away"
