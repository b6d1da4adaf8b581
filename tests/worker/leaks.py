"""What the tests of the mark share: twenty photos, real renderings of them, and what leakers do to a video."""

from __future__ import annotations

import io
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from random import Random
from unittest.mock import patch

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from i2v_core.jobs import Motion, Video, VideoOptions, new_id
from i2v_core.marks import sequence
from i2v_core.media import MediaStore
from i2v_core.settings import Settings
from worker.render import Rendering
from worker.render_events import Done, InitStored, Message
from worker.simulated import SimulatedModel

PICTURES = Path(__file__).parent.parent / "pictures"
PHOTOS = [
    *(PICTURES / name for name in ("astronaut.png", "chelsea.png", "coffee.png", "landscape_1.jpg")),
    *sorted((PICTURES / "photos").glob("*.jpg")),
]

Frames = list[tuple[float, NDArray[np.uint8]]]
Attack = Callable[[Frames, Path], None]


@dataclass(frozen=True, eq=False)
class Job:
    """A rendered job of the photo `number`, whose playback `number` leaks."""

    id: str
    number: int
    video: Video
    segments: int
    store: MediaStore

    def shown(self, number: int | None = None) -> bytes:
        """The file that playback `number` is shown; without the mark, the only one there is."""
        bits = sequence(self.number if number is None else number, self.segments)
        return self.store.init(self.id, 1) + b"".join(
            self.store.segment(self.id, 1, index, variant=bit if self.video.marked else 0)
            for index, bit in enumerate(bits)
        )


def render(
    store: MediaStore,
    photo: Path,
    number: int,
    *,
    mark: bool = True,
    seconds: float = 3,
    long_side: int = 640,
    take: int = 0,
) -> Job:
    """A job through the real model, encoder and store, without the waiting.

    Its mark is the same in every run of the tests, and another for each `take`: of all secrets that there are, a few leave
    a segment of so small a video too faint to be read (docs/watermark.md says how many).
    """
    job = new_id("job")
    store.folder(job).mkdir(parents=True)
    store.picture_path(job).write_bytes(photo.read_bytes())
    settings = Settings(model_seconds=0.01, video_long_side=long_side, watermark="on" if mark else "off")
    said: list[Message] = []

    rendering = Rendering(job, 1, settings=settings, store=store, emit=said.append, cancelled=threading.Event())
    with patch.object(secrets, "randbits", Random(f"{number} {take}").getrandbits):
        rendering.go(SimulatedModel(settings), VideoOptions(Motion.AUTO, seconds, number))

    done = said[-1]
    assert isinstance(done, Done), done
    init = next(event for event in said if isinstance(event, InitStored))
    video = Video(init.mime_type, init.width, init.height, init.segment_seconds, init.duration, init.marked)
    return Job(job, number, video, done.segments, store)


def frames_of(data: bytes) -> Frames:
    """When each frame is shown, and its pixels."""
    with av.open(io.BytesIO(data), "r") as file:
        return [(frame.time or 0.0, np.asarray(frame.to_ndarray(format="bgr24"))) for frame in file.decode(video=0)]


def save(frames: Frames, path: Path, *, crf: int = 23, fps: int = 24, scale: float = 1.0) -> None:
    """Encode the frames anew: at each moment of `fps` the last one that is due."""
    end = frames[-1][0] + frames[1][0] - frames[0][0]
    height, width = (round(side * scale / 2) * 2 for side in frames[0][1].shape[:2])
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=fps)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"crf": str(crf), "preset": "veryfast"}
        at = 0
        for index in range(round((end - frames[0][0]) * fps)):
            while at + 1 < len(frames) and frames[at + 1][0] <= frames[0][0] + index / fps + 1e-6:
                at += 1
            pixels = cv2.resize(frames[at][1], (width, height), interpolation=cv2.INTER_AREA)
            frame = av.VideoFrame.from_ndarray(pixels, format="bgr24")
            frame.pts, frame.time_base = index, Fraction(1, fps)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))


def smaller(frames: Frames, path: Path) -> None:
    """Re-encoded at crf 28 and three quarters of the size."""
    save(frames, path, crf=28, scale=0.75)


def cropped(frames: Frames, path: Path) -> None:
    """4 % cut off, more on one side than on the other."""
    height, width = frames[0][1].shape[:2]
    top, left = int(height * 0.028), int(width * 0.012)
    cut = [(time, pixels[top : top + int(height * 0.96), left : left + int(width * 0.96)]) for time, pixels in frames]
    save(cut, path)


def resampled(frames: Frames, path: Path) -> None:
    """At 30 frames a second."""
    save(frames, path, fps=30)


def as_it_is(frames: Frames, path: Path) -> None:
    """Re-encoded, hardly worse."""
    save(frames, path)


def block_means(luma: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mean of each 8x8 block."""
    height, width = (side // 8 * 8 for side in luma.shape)
    return luma[:height, :width].reshape(height // 8, 8, width // 8, 8).mean(axis=(1, 3))


def lumas(data: bytes) -> Sequence[NDArray[np.float32]]:
    """The luma of each frame, as it is stored."""
    with av.open(io.BytesIO(data), "r") as file:
        return [frame.to_ndarray()[: frame.height].astype(np.float32) for frame in file.decode(video=0)]
