"""A clock that goes when somebody sleeps, so that what is said of time can be said exactly and takes none."""

from __future__ import annotations

import pytest


class Clock:
    """Stands in for the module `time`."""

    def __init__(self) -> None:
        self.elapsed = 0.0

    def monotonic(self) -> float:
        """Seconds since some moment."""
        return 1000.0 + self.elapsed

    def sleep(self, seconds: float) -> None:
        """Let them pass."""
        self.elapsed += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the simulated model and of the render process."""
    clock = Clock()
    monkeypatch.setattr("worker.simulated.time", clock)
    monkeypatch.setattr("worker.render.time", clock)
    return clock
