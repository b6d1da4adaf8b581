"""Pictures out of video files, as luma: the leaked recording, and the job's own video with its two variants."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import av
import cv2
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from i2v_core.media import MediaStore
from worker.watermark.pattern import cell_of

Luma = NDArray[np.uint8]
Plane = NDArray[np.float32]
T = TypeVar("T", Luma, Plane)

#: Pixels from blob to blob of the mark at the scale that is worked at: what a re-encoding did to the fine detail is
#: averaged away, and the blobs still stand apart. A video of 1280 pixels is worked at with 640.
CELL = 8
#: Long side in pixels of a recording, at most.
_LONGEST = 640
#: Seconds of a recording that are looked at: a video is at most 10 s long, so it is seen twice over.
_MOST_SECONDS = 20.0
#: Frames of a recording that are looked at, whatever their times say.
_MOST_FRAMES = 1500


class RecordingUnreadable(Exception):
    """The file cannot be read as a video; the text says why."""


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """A leaked recording: its frames (each h x w, long side at most 640) and when each is shown, in seconds."""

    times: NDArray[np.float64]
    frames: Sequence[Luma]


def read_recording(path: Path) -> Recording:
    """The first 20 s of a video file. Raises `RecordingUnreadable`."""
    times: list[float] = []
    frames: list[Luma] = []
    try:
        with av.open(str(path), "r") as file:
            if not file.streams.video:
                raise RecordingUnreadable("it has no video in it")
            stream = file.streams.video[0]
            stream.thread_type = "AUTO"
            rate = float(stream.average_rate or 25)
            for frame in file.decode(stream):
                times.append(len(times) / rate if frame.time is None else frame.time)
                if times[-1] - times[0] > _MOST_SECONDS or len(frames) == _MOST_FRAMES:
                    times.pop()
                    break
                luma = np.asarray(frame.to_ndarray(format="gray"), np.uint8)
                frames.append(_scaled(luma, _LONGEST / max(luma.shape)))
    except (FFmpegError, OSError) as error:
        if not frames:
            raise RecordingUnreadable(error.strerror or type(error).__name__) from error
        times = times[: len(frames)]  # cut off or damaged: what was read is looked at
    if not frames:
        raise RecordingUnreadable("it has no picture in it")
    return Recording(np.array(times) - times[0], frames)


class StoredVideo:
    """A marked video as it is stored. Its pictures are scaled so that the mark's blobs lie `CELL` pixels apart.

    Raises `MediaMissing` if a part of it is gone.
    """

    def __init__(self, store: MediaStore, job_id: str, run: int, *, segments: int) -> None:
        self._store = store
        self._job = job_id
        self._run = run
        self.segments = segments
        self._init = store.init(job_id, run)
        #: All frames of variant A, and when each is shown, in seconds.
        self.frames: list[Luma] = []
        times: list[float] = []
        #: The segment that each frame is in.
        self.segment_of: list[int] = []
        for index in range(segments):
            for time, luma in self._decoded(index, 0):
                self.frames.append(_scaled(luma, _scale_of(luma)))
                times.append(time)
                self.segment_of.append(index)
        self.times = np.array(times)
        self.fps = (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 else 1.0

    def variants(self, index: int) -> Iterator[tuple[Plane, Plane]]:
        """Each frame of segment `index` in variant A and in variant B."""
        for (_, a), (_, b) in zip(self._decoded(index, 0), self._decoded(index, 1), strict=True):
            scale = _scale_of(a)
            yield _scaled(a.astype(np.float32), scale), _scaled(b.astype(np.float32), scale)

    def _decoded(self, index: int, variant: int) -> Iterator[tuple[float, Luma]]:
        data = self._init + self._store.segment(self._job, self._run, index, variant=variant)
        with av.open(io.BytesIO(data), "r") as file:
            for frame in file.decode(video=0):
                # Of the planes as they are, one over the other, the upper two thirds are luma.
                luma = frame.to_ndarray()[: frame.height]
                yield frame.time or 0.0, np.asarray(luma, np.uint8)


def _scale_of(luma: Luma) -> float:
    height, width = luma.shape
    return CELL / cell_of(width, height)


def _scaled(picture: T, scale: float) -> T:
    """The picture made smaller; never larger."""
    height, width = picture.shape
    if scale >= 1:
        return picture
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)  # type: ignore[return-value]
