"""The enums of `i2v_core` as the schema knows them. Import them from here, so that they are registered before they are used."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import strawberry

from i2v_core.job_list import JobOrder
from i2v_core.jobs import JobState, Motion, Stage
from i2v_core.playbacks import Protection
from i2v_core.viewers import Scope


def _register(kind: type[StrEnum], description: str, values: Mapping[StrEnum, str], name: str | None = None) -> None:
    """Make an enum known to the schema, each of its values described. Raises `KeyError` for one that is not."""
    registered = strawberry.enum(kind, name=name, description=description)
    for value in registered.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = values[kind[value.name]]


_register(
    JobState,
    "Where a job is on its way. The last three are final.",
    {
        JobState.QUEUED: "It waits for its turn.",
        JobState.PROCESSING: "Its video is being made.",
        JobState.COMPLETED: "Its video is whole.",
        JobState.FAILED: "No video could be made; `failure` says why.",
        JobState.CANCELLED: "Its viewer has ended it.",
    },
)
_register(
    JobOrder,
    "The order of a list of jobs.",
    {
        JobOrder.NEWEST: "Those uploaded last first.",
        JobOrder.OLDEST: "Those uploaded first first.",
        JobOrder.NAME: "By the name of the file, whatever its case.",
        JobOrder.EXPIRES_FIRST: "Those deleted soonest first; those that have not ended last.",
    },
)
_register(
    Stage,
    "What a job that is PROCESSING is doing.",
    {
        Stage.PREPARING: "The picture is read and the model is set up.",
        Stage.GENERATING: "The model makes frames; segments come to be.",
        Stage.FINISHING: "The last segments are written.",
    },
)
_register(
    Motion,
    "How the camera moves over the picture. AUTO chooses by the picture's shape.",
    {
        Motion.AUTO: "Chosen by the picture's shape.",
        Motion.ZOOM_IN: "Nearer, to somewhere about the middle.",
        Motion.ZOOM_OUT: "From near until the whole picture is seen.",
        Motion.PAN: "Along the picture's longer side.",
        Motion.DRIFT: "Swaying slowly along a line.",
        Motion.ORBIT: "In a circle around the middle.",
    },
)
_register(
    Protection,
    "How the segments of a playback are encrypted: by Common Encryption (for EME's Clear Key), or each as a whole.",
    {
        Protection.CENC: "ISO Common Encryption (`cenc`): the browser's media engine decrypts, by EME's Clear Key.",
        Protection.AES_GCM: "Each segment as a whole under AES-128-GCM: the player decrypts, for browsers without Clear Key.",
    },
)

_register(
    Scope,
    "What a token may do.",
    {
        Scope.READ: "Look at jobs, thumbnails, the queue and the limits, and watch progress.",
        Scope.WRITE: "Upload, cancel, retry, move, keep and delete.",
        Scope.PLAY: "Open playbacks and fetch their segments.",
    },
    name="ApiTokenScope",
)

__all__ = ["JobOrder", "JobState", "Motion", "Protection", "Scope", "Stage"]
