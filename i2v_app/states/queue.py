"""What is told before an upload: how long the wait is, and what the server takes in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import reflex as rx


class QueueState(rx.State):
    """The queue of everybody and the server's limits, as last read."""

    known: bool = False
    has_worker: bool = True
    summary: str = ""
    wait: str = ""
    max_upload_bytes: int = 0
    formats: rx.Field[list[str]] = rx.field(default_factory=list)
    accepted: str = ""
    seconds_choices: rx.Field[list[str]] = rx.field(default_factory=list)
    default_seconds: str = "5"

    def take(self, answer: Mapping[str, Any]) -> None:
        """Take in the API's `{queue, limits}`."""
        queue, limits = answer["queue"], answer["limits"]
        self.known = True
        self.has_worker = queue["modelSeconds"] is not None
        self.summary, self.wait = sentences(queue)
        self.max_upload_bytes = limits["maxUploadBytes"]
        self.formats = limits["formats"]
        self.accepted = f"{_listed(limits['formats'])}, up to {limits['maxUploadBytes'] / 1e6:g} MB and {limits['maxMegapixels']:g} megapixels each"
        self.seconds_choices = [str(n) for n in range(round(limits["minSeconds"]), round(limits["maxSeconds"]) + 1)]
        self.default_seconds = f"{limits['defaultSeconds']:g}"


def sentences(queue: Mapping[str, Any]) -> tuple[str, str]:
    """How long a video takes, and how long one would wait now, from the API's `Queue`."""
    if queue["modelSeconds"] is None:
        return (
            "The video maker is not running at the moment.",
            "Pictures you add now are kept and made when it is back.",
        )
    if queue["paused"]:
        return (
            "Whoever runs this server has paused it for now.",
            "Pictures you add now are kept and made when it goes on.",
        )
    takes = f"A video takes about {duration(queue['modelSeconds'])} to make."
    wait = queue["estimatedWaitSeconds"] or 0
    if not queue["length"] and not queue["processing"]:
        return takes, "No one is waiting, so yours would start right away."
    if not queue["length"]:
        return takes, f"One is being made now; yours would start in about {duration(wait)}."
    people = "1 picture is" if queue["length"] == 1 else f"{queue['length']} pictures are"
    return takes, f"{people} waiting; yours would start in about {duration(wait)}."


def duration(seconds: float) -> str:
    """A rough length of time for people: 30 s, 4 min, 2 h, 7 days."""
    if round(seconds) < 60:
        return f"{max(1, round(seconds))} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    if seconds < 129600:
        return f"{seconds / 3600:.2g} h"
    return f"{round(seconds / 86400)} days"


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else "".join(names)
