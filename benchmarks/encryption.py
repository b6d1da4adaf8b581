"""What encryption costs a segment, beside the plain read of the same file: the medians of one run."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from graphql_api.protection import protect
from i2v_core.jobs import Motion, new_id
from i2v_core.media import MediaStore
from i2v_core.playbacks import Playback, Protection
from worker.canvas import video_size
from worker.encoder import Encoder, Segment
from worker.motion import Camera, path_for

_PICTURE = Path(__file__).parents[1] / "tests" / "pictures" / "landscape_1.jpg"
_ROUNDS = 400


async def main() -> None:
    """Print a table: milliseconds a segment."""
    print("encryption, ms a segment (median of 400; p95)")
    print(f"{'video':>12} {'KB':>5} {'read':>14} {'+ CENC':>14} {'+ AES-GCM':>14}")
    for long_side in (640, 1280):
        _compare(long_side)


def _compare(long_side: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store, job = MediaStore(Path(folder)), new_id("job")
        size, segment = _one_segment(long_side)
        store.put_segment(job, 1, 0, segment)
        playbacks = [
            Playback(new_id("playback"), "viewer", job, 1, time.time(), protection, 10, True, 0, bytes(16), bytes(16))
            for protection in Protection
        ]

        def read() -> bytes:
            return store.segment(job, 1, 0)

        plain = _measure(read)
        protected = [_measure(lambda playback=playback: protect(read(), playback, 0)) for playback in playbacks]
        cells = " ".join(f"{median:6.3f} ({p95:5.3f})" for median, p95 in (plain, *protected))
        print(f"{size:>12} {len(segment) / 1000:5.0f} {cells}")


def _one_segment(long_side: int) -> tuple[str, bytes]:
    picture = np.asarray(cv2.imread(str(_PICTURE), cv2.IMREAD_COLOR_RGB), np.uint8)
    size = video_size(picture.shape[1], picture.shape[0], long_side)
    camera = Camera(picture, size, path_for(Motion.ZOOM_IN, 1, size), 120)
    encoder = Encoder(size, 24)
    for index in range(120):
        for part in encoder.push(camera.frame(index)):
            if isinstance(part, Segment) and part.index == 1:
                return f"{size.width}x{size.height}", part.data
    raise AssertionError("the encoder gave no second segment")


def _measure(call: Callable[[], object]) -> tuple[float, float]:
    """Median and 95th percentile in ms."""
    times = []
    for _ in range(_ROUNDS):
        begun = time.perf_counter()
        call()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times), statistics.quantiles(times, n=20)[-1]
