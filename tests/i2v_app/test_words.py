"""What the page says of waits and lengths of time."""

from __future__ import annotations

import pytest

from i2v_app.states.queue import duration, sentences


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "1 s"), (30, "30 s"), (59.7, "1 min"), (240, "4 min"), (7200, "2 h"), (604800, "7 days")],
)
def test_lengths_of_time_are_rough(seconds: float, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("length", "processing", "wait", "said"),
    [
        (0, 0, 0.0, "No one is waiting, so yours would start right away."),
        (0, 1, 12.0, "One is being made now; yours would start in about 12 s."),
        (1, 1, 45.0, "1 picture is waiting; yours would start in about 45 s."),
        (8, 1, 250.0, "8 pictures are waiting; yours would start in about 4 min."),
    ],
)
def test_the_wait_is_told_before_the_upload(length: int, processing: int, wait: float, said: str) -> None:
    queue = {
        "length": length,
        "processing": processing,
        "modelSeconds": 30.0,
        "estimatedWaitSeconds": wait,
        "paused": False,
    }

    assert sentences(queue) == ("A video takes about 30 s to make.", said)


def test_without_a_worker_nothing_is_promised() -> None:
    queue = {"length": 2, "processing": 0, "modelSeconds": None, "estimatedWaitSeconds": None, "paused": False}

    takes, wait = sentences(queue)

    assert "not running" in takes
    assert "kept" in wait


def test_a_pause_is_said_as_one() -> None:
    queue = {"length": 2, "processing": 0, "modelSeconds": 30.0, "estimatedWaitSeconds": None, "paused": True}

    takes, wait = sentences(queue)

    assert "paused" in takes
    assert "kept" in wait
