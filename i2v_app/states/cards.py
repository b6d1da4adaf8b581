"""What a card shows, in three pieces that change at different speeds, made from the API's answers.

Reflex sends a whole variable when any of it changes: so the cards hold what hardly ever changes, and the places in the
queue and the percentages are kept apart. No sentences: the browser knows the reader's language.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

#: States of a job of which more is expected.
UNFINISHED = ("QUEUED", "PROCESSING")
#: Seconds by which an expected start may move before it is told anew: it is shown in minutes.
_START_TOLERANCE = 2.0


@dataclass(frozen=True, slots=True)
class Card:
    """What changes only when a job changes its state. Times are UNIX seconds by the server's clock.

    `shape`: the picture's width by its height. `failure` and `how_to_fix`: the API's English words for `failure_code`.
    """

    id: str
    name: str
    state: str
    thumbnail: str
    shape: float
    motion: str
    seconds: float
    created_at: float
    expires_at: float
    failure_code: str
    failure: str
    how_to_fix: str

    @property
    def has_ended(self) -> bool:
        """Whether it is a job of which nothing more is expected."""
        return self.state not in UNFINISHED

    @classmethod
    def of(cls, job: Mapping[str, Any]) -> Card:
        """The card of an API's `Job`."""
        options, failure = job["options"], job["failure"] or {}
        return cls(
            id=job["id"],
            name=job["name"],
            state=job["state"],
            thumbnail=job["thumbnailUrl"],
            shape=round(job["width"] / max(1, job["height"]), 3),
            motion=options["motion"],
            seconds=options["seconds"],
            created_at=_seconds(job["createdAt"]),
            expires_at=_seconds(job["expiresAt"]),
            failure_code=failure.get("code", ""),
            failure=failure.get("message", ""),
            how_to_fix=failure.get("howToFix", ""),
        )


@dataclass(frozen=True, slots=True)
class Waiting:
    """Where a job that is QUEUED stands: its place, 1 is next, and the expected start in UNIX seconds, 0 if not known."""

    place: int
    starts_at: float
    attempt: int

    @classmethod
    def of(cls, progress: Mapping[str, Any], before: Waiting | None) -> Waiting:
        """The place from an API's `JobProgress`; what was shown before stays unless it has really moved."""
        place, starts_in = progress["queuePosition"] or 0, progress["startsInSeconds"]
        starts_at = 0.0 if starts_in is None else time.time() + starts_in
        if before and before.starts_at and starts_at and abs(before.starts_at - starts_at) < _START_TOLERANCE:
            starts_at = before.starts_at
        return cls(place=place, starts_at=round(starts_at, 1), attempt=progress["attempt"])


@dataclass(frozen=True, slots=True)
class Running:
    """How far a job that is PROCESSING is: percent of the whole job and seconds that remain, -1 if not known.

    `stage`: as the API names it. `watchable`: its first segment is made.
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
            stage=progress["stage"] or "PREPARING",
            percent=int(progress["percent"]),
            attempt=progress["attempt"],
            remaining=-1 if remaining is None else max(1, round(remaining)),
            watchable=progress["segmentsReady"] > 0,
        )


def _seconds(moment: str | None) -> float:
    return datetime.fromisoformat(moment).timestamp() if moment else 0.0
