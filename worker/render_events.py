"""What the render process says, one JSON object a line: the typed events that `renderer` yields.

Every event of a job carries the job's id and the run; `Done`, `Failed` and `Cancelled` are the last of their job.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Ready:
    """The process has loaded its model, in so many seconds, and waits for jobs."""

    type: ClassVar[str] = "ready"
    model: str
    memory_mb: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Refused:
    """The process cannot start, and why; it ends after this."""

    type: ClassVar[str] = "refused"
    message: str


@dataclass(frozen=True, slots=True)
class Started:
    """The job has been taken up; the model says how many seconds it will need."""

    type: ClassVar[str] = "started"
    job: str
    run: int
    model_seconds: float


@dataclass(frozen=True, slots=True)
class Progressed:
    """The model has done this fraction (0..1) of its work; it never falls within a run."""

    type: ClassVar[str] = "progress"
    job: str
    run: int
    fraction: float


@dataclass(frozen=True, slots=True)
class InitStored:
    """The init segment is in the store. Sizes in pixels, times in seconds; `duration` is that of the whole video.

    `marked`: every segment that follows is stored in two variants.
    """

    type: ClassVar[str] = "init"
    job: str
    run: int
    mime_type: str
    width: int
    height: int
    segment_seconds: float
    duration: float
    marked: bool


@dataclass(frozen=True, slots=True)
class SegmentStored:
    """Segment `index` (from 0), `duration` seconds long, is in the store, whole, in every variant it has."""

    type: ClassVar[str] = "segment"
    job: str
    run: int
    index: int
    duration: float


@dataclass(frozen=True, slots=True)
class FramesDone:
    """The model has given its last frame."""

    type: ClassVar[str] = "frames_done"
    job: str
    run: int


@dataclass(frozen=True, slots=True)
class Done:
    """The video is complete in the store: so many segments, so many seconds."""

    type: ClassVar[str] = "done"
    job: str
    run: int
    segments: int
    duration: float


@dataclass(frozen=True, slots=True)
class Failed:
    """The job cannot be made; `code` is one of `i2v_core.errors.Code`, the rest is for the person."""

    type: ClassVar[str] = "failed"
    job: str
    run: int
    code: str
    message: str
    how_to_fix: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The job was given up because it was asked to be."""

    type: ClassVar[str] = "cancelled"
    job: str
    run: int


RenderEvent = Started | Progressed | InitStored | SegmentStored | FramesDone | Done | Failed | Cancelled
Message = Ready | Refused | RenderEvent

_TYPES: dict[str, type[Message]] = {
    kind.type: kind
    for kind in (Ready, Refused, Started, Progressed, InitStored, SegmentStored, FramesDone, Done, Failed, Cancelled)
}


def is_last(message: Message) -> bool:
    """Whether nothing more will be said of this event's job."""
    return isinstance(message, Done | Failed | Cancelled)


def to_line(message: Message) -> bytes:
    """The message as one line of JSON, with its line end."""
    return json.dumps({"type": message.type, **asdict(message)}, separators=(",", ":")).encode() + b"\n"


def from_line(line: bytes) -> Message:
    """The message of a line. Raises `ValueError` if it is none."""
    try:
        fields = json.loads(line)
        return _TYPES[fields.pop("type")](**fields)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a message of the render process: {line[:200]!r}") from error
