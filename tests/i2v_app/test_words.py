"""What the page says of places, waits and lengths of time."""

from __future__ import annotations

import pytest

from i2v_app.states.cards import ordinal
from i2v_app.states.queue import rough, standing


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (21, "21st"), (113, "113th")],
)
def test_places_are_said_as_people_say_them(number: int, said: str) -> None:
    assert ordinal(number) == said


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
