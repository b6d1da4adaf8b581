"""What is told before an upload: how long the wait is, and what the server takes in. Numbers; the page has the words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import reflex as rx

from i2v_app.states.telling import tell


class QueueState(rx.State):
    """The queue of everybody and the server's limits, as last read."""

    #: How the queue stands, see `standing`; empty until it is known.
    standing: str = ""
    #: Pictures that wait and that are being made.
    waiting: int = 0
    processing: int = 0
    #: How long a video takes to make and how long one would wait now, each as an amount of a unit, see `rough`.
    takes: int = 0
    takes_unit: str = "s"
    wait: int = 0
    wait_unit: str = "s"

    max_upload_bytes: int = 0
    max_megapixels: float = 0.0
    formats: rx.Field[list[str]] = rx.field(default_factory=list)
    input_long_side: int = 0
    min_seconds: float = 3.0
    max_seconds: float = 10.0
    default_seconds: float = 5.0

    def take(self, queue: Mapping[str, Any]) -> None:
        """Take in the API's `Queue`."""
        takes, takes_unit = rough(queue["modelSeconds"] or 0)
        wait, wait_unit = rough(queue["estimatedWaitSeconds"] or 0)
        tell(
            self,
            standing=standing(queue),
            waiting=queue["length"],
            processing=queue["processing"],
            takes=takes,
            takes_unit=takes_unit,
            wait=wait,
            wait_unit=wait_unit,
        )

    def take_limits(self, limits: Mapping[str, Any]) -> None:
        """Take in the API's `Limits`, which are the same for as long as the server runs."""
        tell(
            self,
            max_upload_bytes=limits["maxUploadBytes"],
            max_megapixels=limits["maxMegapixels"],
            formats=limits["formats"],
            input_long_side=limits["inputLongSide"],
            min_seconds=limits["minSeconds"],
            max_seconds=limits["maxSeconds"],
            default_seconds=limits["defaultSeconds"],
        )


def standing(queue: Mapping[str, Any]) -> str:
    """How an API's `Queue` stands: "away" (no worker), "paused", "free" (no one there), "busy" (one is made), "line"."""
    if queue["modelSeconds"] is None:
        return "away"
    if queue["paused"]:
        return "paused"
    if queue["length"]:
        return "line"
    return "busy" if queue["processing"] else "free"


def rough(seconds: float) -> tuple[int, str]:
    """A rough length of time for people, as an amount and "s", "min", "h" or "day": 30 s, 4 min, 2 h, 7 days."""
    if round(seconds) < 60:
        return max(1, round(seconds)), "s"
    if seconds < 5400:
        return round(seconds / 60), "min"
    if seconds < 129600:
        return round(seconds / 3600), "h"
    return round(seconds / 86400), "day"
