"""The resources as JSON: the same fields under the same names as in the GraphQL schema."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from graphql_api.picture_formats import FORMATS
from graphql_api.types import Queue
from graphql_api.uploads import MAX_SECONDS, MIN_SECONDS
from i2v_core.line import Line
from i2v_core.progress import Progress
from i2v_core.queue_watch import QueueState
from i2v_core.settings import Settings


def path_of(job_id: str) -> str:
    """Where a job is found."""
    return f"/api/jobs/{job_id}"


def job_document(progress: Progress) -> dict[str, Any]:
    """A job with its progress. Times are ISO 8601 in UTC, durations in seconds, sizes in pixels."""
    job, estimate = progress.job, progress.estimate
    return {
        "id": job.id,
        "name": job.name,
        "state": job.state.value,
        "stage": job.stage.value if job.stage else None,
        "percent": job.percent,
        "attempt": job.attempt,
        "version": job.version,
        "queuePosition": estimate.place,
        "placesLost": estimate.places_lost,
        "startsInSeconds": _rounded(estimate.starts_in),
        "remainingSeconds": _rounded(estimate.remaining),
        "segmentsReady": job.segments,
        "width": job.width,
        "height": job.height,
        "options": job.options.to_dict(),
        "failure": {"code": job.failure.code, "message": job.failure.message, "howToFix": job.failure.how_to_fix}
        if job.failure
        else None,
        "createdAt": _when(job.created_at),
        "startedAt": _when(job.started_at),
        "finishedAt": _when(job.finished_at),
        "expiresAt": _when(job.expires_at),
        "url": path_of(job.id),
        "eventsUrl": f"{path_of(job.id)}/events",
        "thumbnailUrl": f"/media/thumbnails/{job.id}",
    }


def queue_document(line: Line, ahead: int) -> dict[str, Any]:
    """The queue of everybody; `ahead` of a picture uploaded now, those being made included."""
    queue = Queue.of(QueueState.of(line, ahead, "", time.time()))
    return {
        "length": queue.length,
        "processing": queue.processing,
        "modelSeconds": queue.model_seconds,
        "estimatedWaitSeconds": queue.estimated_wait_seconds,
        "paused": queue.paused,
    }


def limits_document(settings: Settings) -> dict[str, Any]:
    """What this server takes in and makes."""
    return {
        "maxUploadBytes": settings.max_upload_bytes,
        "maxMegapixels": settings.max_megapixels,
        "formats": list(FORMATS),
        "minSeconds": MIN_SECONDS,
        "maxSeconds": MAX_SECONDS,
        "defaultSeconds": settings.video_seconds,
        "retentionHours": settings.retention_hours,
        "maxWaiting": settings.waiting_per_viewer,
        "maxWaitingOverall": settings.waiting_overall,
        "maxUploadsPerMinute": settings.uploads_per_minute,
    }


def _when(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 2)
