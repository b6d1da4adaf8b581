"""What a card shows, in three pieces that change at different speeds, made from the API's answers.

Reflex sends a whole variable when any of it changes: so the list of cards holds what hardly ever changes, and the places
in the queue and the percentages are kept apart.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

STAGES = {"PREPARING": "Getting the picture ready", "GENERATING": "Making your video", "FINISHING": "Finishing touches"}
MOTIONS = {
    "AUTO": "Automatic",
    "ZOOM_IN": "Zoom in",
    "ZOOM_OUT": "Zoom out",
    "PAN": "Pan",
    "DRIFT": "Drift",
    "ORBIT": "Orbit",
}
#: Seconds by which an expected start may move before it is told anew: it is shown in minutes.
_START_TOLERANCE = 2.0


@dataclass(frozen=True, slots=True)
class Card:
    """What changes only when a job changes its state. Times are UNIX seconds by the server's clock."""

    id: str
    name: str
    state: str
    thumbnail: str
    wish: str
    #: Length of the video in seconds.
    seconds: float
    created_at: float
    expires_at: float
    failure: str
    how_to_fix: str

    @classmethod
    def of(cls, job: Mapping[str, Any]) -> Card:
        """The card of an API's `Job`."""
        options, failure = job["options"], job["failure"] or {}
        return cls(
            id=job["id"],
            name=job["name"] or "Picture",
            state=job["state"],
            thumbnail=job["thumbnailUrl"],
            seconds=options["seconds"],
            wish=f"{MOTIONS.get(options['motion'], options['motion'])} · {options['seconds']:g} s",
            created_at=_seconds(job["createdAt"]),
            expires_at=_seconds(job["expiresAt"]),
            failure=failure.get("message", ""),
            how_to_fix=failure.get("howToFix", ""),
        )


@dataclass(frozen=True, slots=True)
class Waiting:
    """Where a job that is QUEUED stands: its place, 1 is next, and the expected start in UNIX seconds, 0 if not known."""

    place: int
    ordinal: str
    starts_at: float
    attempt: int

    @classmethod
    def of(cls, progress: Mapping[str, Any], before: Waiting | None) -> Waiting:
        """The place from an API's `JobProgress`; what was shown before stays unless it has really moved."""
        place, starts_in = progress["queuePosition"] or 0, progress["startsInSeconds"]
        starts_at = 0.0 if starts_in is None else time.time() + starts_in
        if before and before.starts_at and starts_at and abs(before.starts_at - starts_at) < _START_TOLERANCE:
            starts_at = before.starts_at
        return cls(place=place, ordinal=ordinal(place), starts_at=round(starts_at, 1), attempt=progress["attempt"])


@dataclass(frozen=True, slots=True)
class Running:
    """How far a job that is PROCESSING is: percent of the whole job and seconds that remain, -1 if not known.

    `watchable`: its first segment is made.
    """

    stage: str
    percent: int
    attempt: int
    remaining: int
    watchable: bool

    @classmethod
    def of(cls, progress: Mapping[str, Any]) -> Running:
        """The progress from an API's `JobProgress`."""
        remaining = progress["remainingSeconds"]
        return cls(
            stage=STAGES.get(progress["stage"] or "PREPARING", STAGES["GENERATING"]),
            percent=int(progress["percent"]),
            attempt=progress["attempt"],
            remaining=-1 if remaining is None else max(1, round(remaining)),
            watchable=progress["segmentsReady"] > 0,
        )


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 11th, 21st ..."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def _seconds(moment: str | None) -> float:
    return datetime.fromisoformat(moment).timestamp() if moment else 0.0
