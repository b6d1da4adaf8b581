"""A job as the server told of it, and in words."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

#: States that nothing follows.
ENDED = ("COMPLETED", "FAILED", "CANCELLED")
#: Not a state of the server's: what is shown of a job that was deleted while it was watched.
DELETED = "DELETED"


@dataclass(frozen=True, slots=True)
class JobView:
    """A job at one moment. `told` has the fields as the API names them; times in it are ISO 8601, in UTC."""

    id: str
    told: dict[str, Any]
    #: When it was told (monotonic): what is expected in so many seconds comes nearer from there.
    at: float = field(default_factory=time.monotonic)

    @classmethod
    def of_job(cls, answer: dict[str, Any]) -> JobView:
        """Of a `Job` with its `progress`."""
        job = {name: value for name, value in answer.items() if name not in ("progress", "__typename")}
        return cls(job["id"], job | answer["progress"])

    @classmethod
    def of_progress(cls, answer: dict[str, Any]) -> JobView:
        """Of a `JobProgress` with its `job`."""
        progress = {name: value for name, value in answer.items() if name not in ("job", "__typename")}
        return cls(answer["job"]["id"], answer["job"] | progress)

    @property
    def name(self) -> str:
        """Name of the picture."""
        return str(self.told["name"])

    @property
    def state(self) -> str:
        """Its state."""
        return str(self.told["state"])

    @property
    def has_ended(self) -> bool:
        """Whether nothing will follow."""
        return self.state in (*ENDED, DELETED)

    @property
    def percent(self) -> float:
        """How much of it is made."""
        return float(self.told["percent"])

    def is_older_than(self, other: JobView) -> bool:
        """Whether the other knows more."""
        return int(self.told["version"]) < int(other.told["version"])

    def deleted(self) -> JobView:
        """The job, gone."""
        return JobView(self.id, self.told | {"state": DELETED})

    def in_words(self) -> str:
        """What it does, or how it ended."""
        if self.state == "QUEUED":
            return self._waiting()
        if self.state == "PROCESSING":
            return self._being_made()
        if self.state == "FAILED":
            failure = self.told["failure"] or {"message": "", "howToFix": ""}
            return f"failed: {failure['message']} {failure['howToFix']}".strip()
        if self.state == "COMPLETED":
            seconds = self._seconds_between("startedAt", "finishedAt")
            return "completed" if seconds is None else f"completed in {duration(seconds)}"
        return self.state.lower()

    def _waiting(self) -> str:
        place = self.told["queuePosition"]
        where = "waits" if place is None else "next in line" if place == 1 else f"number {place} in line"
        starts = self._left("startsInSeconds")
        if starts is None:
            return f"{where}, and nobody can say when it starts"
        return f"{where}, starts in about {duration(starts)}" if starts >= 1 else f"{where}, starts now"

    def _being_made(self) -> str:
        stage = f" ({self.told['stage'].lower()})" if self.told["stage"] else ""
        again = f", attempt {self.told['attempt']}" if self.told["attempt"] > 1 else ""
        left = self._left("remainingSeconds")
        until = f", {duration(left)} left" if left is not None and left >= 1 else ""
        return f"being made{stage}{again}{until}"

    def _left(self, name: str) -> float | None:
        seconds = self.told[name]
        return None if seconds is None else max(0.0, seconds - (time.monotonic() - self.at))

    def _seconds_between(self, start: str, end: str) -> float | None:
        if not self.told[start] or not self.told[end]:
            return None
        return (datetime.fromisoformat(self.told[end]) - datetime.fromisoformat(self.told[start])).total_seconds()


def duration(seconds: float) -> str:
    """Seconds as a person says them: `12 s`, `1 min 20 s`, `2 h 5 min`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def local_time(told: str) -> str:
    """An ISO 8601 time on this machine's clock, to the minute."""
    return datetime.fromisoformat(told).astimezone().strftime("%Y-%m-%d %H:%M")
