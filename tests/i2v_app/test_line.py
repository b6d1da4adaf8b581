"""The queue of everybody, as the strip is told of it."""

from __future__ import annotations

from typing import Any

from i2v_app.states.line import LineState, Slot


def queue(*slots: dict[str, Any], length: int = 0) -> dict[str, Any]:
    """An API's `Queue`."""
    return {"length": length, "paused": False, "slots": list(slots)}


def test_only_slots_at_work_are_drawn() -> None:
    line = LineState(_reflex_internal_init=True)  # type: ignore[call-arg]

    line.take(
        queue(
            {"percent": 41.7, "remainingSeconds": 12.0, "isMine": True},
            {"percent": 0.0, "remainingSeconds": None, "isMine": False},
            length=3,
        )
    )

    assert line.slots == [Slot(percent=41, is_mine=True)]
    assert line.length == 3


def test_what_is_as_it_was_is_not_sent_again() -> None:
    line = LineState(_reflex_internal_init=True)  # type: ignore[call-arg]
    line.take(queue({"percent": 10.0, "remainingSeconds": 9.0, "isMine": False}, length=2))
    line._clean()

    line.take(queue({"percent": 10.4, "remainingSeconds": 8.0, "isMine": False}, length=2))

    assert not line.dirty_vars
