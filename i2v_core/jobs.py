"""What a job is: its states, its options and the document that stands for it in Redis."""

from __future__ import annotations

import json
import math
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from enum import StrEnum
from typing import Any, NamedTuple

#: Version of the document's layout. A reader serves every version up to its own; see `Job.from_hash`.
SCHEMA_VERSION = 1

_ID_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
_ID = re.compile(r"[a-z]+_[a-z0-9]{24}")


class JobState(StrEnum):
    """Where a job is on its way."""

    QUEUED = "QUEUED"
    PROCESSING = "PROCESSING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @property
    def is_terminal(self) -> bool:
        """Whether the job has ended and will not change any more."""
        return self in (JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED)


class Stage(StrEnum):
    """What a job that is PROCESSING is doing."""

    PREPARING = "PREPARING"
    GENERATING = "GENERATING"
    FINISHING = "FINISHING"


class Motion(StrEnum):
    """How the camera moves over the picture."""

    AUTO = "AUTO"
    ZOOM_IN = "ZOOM_IN"
    ZOOM_OUT = "ZOOM_OUT"
    PAN = "PAN"
    DRIFT = "DRIFT"
    ORBIT = "ORBIT"


class Shape(StrEnum):
    """The shape of the video's frame."""

    AS_PICTURE = "AS_PICTURE"
    WIDE = "WIDE"
    SQUARE = "SQUARE"
    TALL = "TALL"

    @property
    def ratio(self) -> tuple[int, int] | None:
        """Width to height, in lowest terms; None for that of the picture."""
        return _RATIOS.get(self)


_RATIOS = {Shape.WIDE: (16, 9), Shape.SQUARE: (1, 1), Shape.TALL: (9, 16)}


class Focus(NamedTuple):
    """A point of the upright picture, as parts (0..1) of its width and height from the top left."""

    x: float
    y: float


#: What a frame of another shape than the picture's is laid around unless somebody says so.
MIDDLE = Focus(0.5, 0.5)


@dataclass(frozen=True, slots=True)
class VideoOptions:
    """What video is wanted: the motion, its length in seconds and the seed of everything random in it.

    `shape` is the frame's. Where it leaves out some of the picture, `focus` is what stays, as near to its middle as
    the picture's edges allow.
    """

    motion: Motion = Motion.AUTO
    seconds: float = 5.0
    seed: int = 0
    shape: Shape = Shape.AS_PICTURE
    focus: Focus = MIDDLE

    def to_dict(self) -> dict[str, Any]:
        """The options as JSON-able values."""
        return {
            "motion": self.motion.value,
            "seconds": self.seconds,
            "seed": self.seed,
            "shape": self.shape.value,
            "focus": self.focus._asdict(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> VideoOptions:
        """The options from `to_dict`'s values. Jobs of the time before there were shapes have neither shape nor focus."""
        focus = data.get("focus")
        return cls(
            Motion(data["motion"]),
            float(data["seconds"]),
            int(data["seed"]),
            Shape(data.get("shape", Shape.AS_PICTURE)),
            Focus(float(focus["x"]), float(focus["y"])) if focus else MIDDLE,
        )


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job FAILED, for programs (`code`) and for the person."""

    code: str
    message: str
    how_to_fix: str


@dataclass(frozen=True, slots=True)
class Video:
    """What a player must know of a job's video before it fetches a segment. Sizes in pixels, times in seconds.

    `marked`: each segment is stored twice, as variants A and B that carry the two signs of the mark.
    """

    mime_type: str
    width: int
    height: int
    segment_seconds: float
    duration: float
    marked: bool = False

    @property
    def segment_count(self) -> int:
        """How many segments the whole video has."""
        return max(1, math.ceil(self.duration / self.segment_seconds - 1e-6))


@dataclass(frozen=True, slots=True)
class Job:
    """One picture on its way to one video, as it stands in Redis. Times are UNIX seconds.

    `attempt` is what people see and what is counted against the limit; a put-back at shutdown gives it back.
    `run` only ever rises: it fences off a worker that lost its lease, and names the folder of its segments.
    `flow` is who it shares its turns with (`viewers.flow_of`).
    """

    id: str
    viewer: str
    name: str
    state: JobState
    options: VideoOptions
    created_at: float
    version: int = 1
    width: int = 0
    height: int = 0
    stage: Stage | None = None
    percent: float = 0.0
    attempt: int = 0
    run: int = 0
    flow: str = ""
    segments: int = 0
    started_at: float | None = None
    finished_at: float | None = None
    expires_at: float | None = None
    failure: Failure | None = None
    video: Video | None = None

    @classmethod
    def from_hash(cls, fields: Mapping[str, str]) -> Job:
        """The job from the fields of its Redis hash, all text; a field that is missing or empty is unset."""

        def number(name: str) -> float | None:
            return float(fields[name]) if fields.get(name) else None

        return cls(
            id=fields["id"],
            viewer=fields["viewer"],
            name=fields.get("name", ""),
            state=JobState(fields["state"]),
            options=VideoOptions.from_dict(json.loads(fields["options"])),
            created_at=float(fields["created_at"]),
            version=int(fields["version"]),
            width=int(fields.get("width") or 0),
            height=int(fields.get("height") or 0),
            stage=Stage(fields["stage"]) if fields.get("stage") else None,
            percent=float(fields.get("percent") or 0),
            attempt=int(fields.get("attempt") or 0),
            run=int(fields.get("run") or 0),
            flow=fields.get("flow", ""),
            segments=int(fields.get("segments") or 0),
            started_at=number("started_at"),
            finished_at=number("finished_at"),
            expires_at=number("expires_at"),
            failure=Failure(**_known(Failure, fields["failure"])) if fields.get("failure") else None,
            video=Video(**_known(Video, fields["video"])) if fields.get("video") else None,
        )


def _known(kind: type[Failure] | type[Video], text: str) -> dict[str, Any]:
    """The fields of a dataclass from JSON, without those that only a newer version knows."""
    names = {field.name for field in dataclass_fields(kind)}
    return {name: value for name, value in json.loads(text).items() if name in names}


def new_id(kind: str) -> str:
    """A new identifier: the kind, an underscore and 24 random characters (124 bits), safe in paths and addresses."""
    return f"{kind}_" + "".join(secrets.choice(_ID_ALPHABET) for _ in range(24))


def is_id(kind: str, text: str) -> bool:
    """Whether the text has the form of an identifier of that kind. Checked before it goes near a key or a path."""
    return text.startswith(f"{kind}_") and _ID.fullmatch(text) is not None
