"""What a command tells while it works: to a person at a terminal, into a log, or to a program.

`Report` is what the work knows; `bars.py` has the one for a terminal.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Any, Protocol, Self

from i2v_cli.client.job_view import DELETED, JobView


@dataclass(slots=True)
class Track:
    """One picture or job on its way. `sent` is the part of it that was sent, 0 to 1; None before it begins."""

    shown: str
    sent: float | None = None
    job: JobView | None = None
    refusal: dict[str, Any] | None = None
    repeated: bool = False

    @property
    def is_over(self) -> bool:
        """Whether nothing will follow."""
        return self.refusal is not None or (self.job is not None and self.job.has_ended)

    @property
    def is_good(self) -> bool:
        """Whether nothing went wrong with it so far."""
        return self.refusal is None and (self.job is None or self.job.state not in ("FAILED", "CANCELLED", DELETED))


class Report(Protocol):
    """Told of everything that happens, as it happens."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *error: object) -> None: ...

    def began(self, track: Track) -> None:
        """There is one more, and it has not been sent yet or is on its way already."""

    def taken(self, track: Track) -> None:
        """The picture was taken in, now or (`repeated`) before."""

    def changed(self, track: Track, before: JobView | None) -> None:
        """The job is another than it was told before."""

    def refused(self, track: Track) -> None:
        """The picture was not taken in."""

    def waits(self, seconds: float, why: str) -> None:
        """Nothing is asked for so many seconds."""

    def remarks(self, sentence: str) -> None:
        """There is something to say to a person that a program does not need."""


class Lines:
    """A line on stdout for each change of state. What there is to wait for goes to stderr."""

    def __init__(self) -> None:
        self._said = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def began(self, track: Track) -> None:
        if track.job is not None:
            self.changed(track, None)

    def taken(self, track: Track) -> None:
        _say(line(track))

    def changed(self, track: Track, before: JobView | None) -> None:
        self._said = ""
        assert track.job
        if before is None or (before.state, before.told["attempt"]) != (track.job.state, track.job.told["attempt"]):
            _say(line(track))

    def refused(self, track: Track) -> None:
        _say(line(track))

    def waits(self, seconds: float, why: str) -> None:
        reason = why.split(";")[0]  # each new try is not news
        if reason != self._said:
            print(f"i2v: {why}", file=sys.stderr, flush=True)
        self._said = reason

    def remarks(self, sentence: str) -> None:
        _say(sentence)


class JsonLines:
    """A JSON object a line: `event`, `file`, and the fields of a job as the API names them."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def began(self, track: Track) -> None:
        if track.job is not None:
            self.changed(track, None)

    def taken(self, track: Track) -> None:
        assert track.job
        _say(json.dumps({"event": "taken", "file": track.shown, "repeated": track.repeated} | track.job.told))

    def changed(self, track: Track, before: JobView | None) -> None:
        assert track.job
        event = "ended" if track.job.has_ended else "progress"
        _say(json.dumps({"event": event, "file": track.shown} | track.job.told))

    def refused(self, track: Track) -> None:
        _say(json.dumps({"event": "refused", "file": track.shown} | (track.refusal or {})))

    def waits(self, seconds: float, why: str) -> None:
        _say(json.dumps({"event": "waiting", "file": None, "seconds": round(seconds, 1), "message": why}))

    def remarks(self, sentence: str) -> None:
        pass


def line(track: Track) -> str:
    """The track in a line."""
    if track.refusal is not None:
        # What was asked about by its id was never to be taken in.
        what = "" if track.refusal["code"] == "JOB_NOT_FOUND" else "not taken in: "
        return f"{track.shown}: {what}{track.refusal['message']} {track.refusal['howToFix']}"
    assert track.job
    before = "taken in before, " if track.repeated else ""
    return f"{track.shown}: {before}{track.job.in_words()} ({track.job.id})"


def summary(tracks: list[Track]) -> str:
    """All of them in one line: `2 completed, 1 failed, 1 not taken in, 1 being made, 3 waiting`."""
    names = {
        "COMPLETED": "completed",
        "FAILED": "failed",
        "CANCELLED": "cancelled",
        DELETED: "deleted",
        "refused": "not taken in",
        "PROCESSING": "being made",
        "QUEUED": "waiting",
        "unsent": "to be sent",
    }
    states = [_state(track) for track in tracks]
    counts = {state: states.count(state) for state in names}
    return ", ".join(f"{count} {names[state]}" for state, count in counts.items() if count)


def _state(track: Track) -> str:
    return "refused" if track.refusal is not None else track.job.state if track.job else "unsent"


def _say(text: str) -> None:
    print(text, flush=True)
