"""From a leaked file and a job to a verdict: the parts of the detector, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from i2v_core.jobs import Video
from i2v_core.media import MediaStore
from worker.watermark.alignment import align
from worker.watermark.footage import StoredVideo, read_recording
from worker.watermark.naming import Verdict, name
from worker.watermark.reading import NOT_SHOWN, read


@dataclass(frozen=True, slots=True)
class Trace:
    """`likeness` (0..1): how much the recording looks like the job's video where and when it fits best."""

    verdict: Verdict
    likeness: float


def trace(leaked: Path, store: MediaStore, job_id: str, run: int, video: Video, *, stored: int, viewings: int) -> Trace:
    """Compare a recording with a job's marked video, of which `stored` segments exist and `viewings` were opened.

    Raises `RecordingUnreadable`, and `MediaMissing` or `SealBroken` if the store cannot give the video.
    """
    recording = read_recording(leaked)
    known = StoredVideo(store, job_id, run, segments=stored)
    alignment = align(recording, known)
    soft = read(recording, known, alignment)
    # A video still being made: its sequences are those of the whole.
    soft += [NOT_SHOWN] * (video.segment_count - stored)
    return Trace(name(soft, viewings), alignment.likeness)
