"""The enums of `i2v_core` as the schema knows them. Import them from here, so that they are registered before they are used."""

from __future__ import annotations

import strawberry

from i2v_core.jobs import JobState, Motion, Stage
from i2v_core.playbacks import Protection
from i2v_core.viewers import Scope

strawberry.enum(JobState, description="Where a job is on its way. The last three are final.")
strawberry.enum(Stage, description="What a job that is PROCESSING is doing.")
strawberry.enum(Motion, description="How the camera moves over the picture. AUTO chooses by the picture's shape.")

strawberry.enum(
    Protection,
    description="How the segments of a playback are encrypted: by Common Encryption (for EME's Clear Key), or each as a whole.",
)

strawberry.enum(
    Scope,
    name="ApiTokenScope",
    description="What a token may do. READ: look at jobs, thumbnails, the queue and the limits, and watch progress. WRITE: upload, cancel, retry, move and delete. PLAY: open playbacks and fetch their segments.",
)

__all__ = ["JobState", "Motion", "Protection", "Scope", "Stage"]
