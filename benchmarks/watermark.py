"""What the mark costs: one encoding beside two, at two sizes, in processes of their own, side by side in one run.

Frames come from the camera as fast as they can be taken (frames a second), and then a real render process makes a video
at the default pace (last frame to done, the first segment, its memory).
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
import psutil

from i2v_core.jobs import Motion, VideoOptions, new_id
from i2v_core.media import MediaStore
from worker.canvas import Size
from worker.encoder import Encoder
from worker.motion import Camera, path_for
from worker.render_events import Done, FramesDone, SegmentStored, Started
from worker.renderer import Renderer

PICTURES = Path(__file__).parent.parent / "tests" / "pictures"
#: A picture of 3:2 and a square one, whose videos have 1280 pixels on the long side.
SHAPES = {"1280x854": Size(1280, 854), "1280x1280": Size(1280, 1280)}
FRAMES = 120
#: Seconds of the model for the paced run of 5 s of video.
MODEL_SECONDS = 20


async def main() -> None:
    """Print one row for each size and way."""
    print(
        "\n| size | mark | encoder, frames/s | last frame to done, s | first segment, s | render process, peak RSS MB |"
    )
    print("|---|---|---|---|---|---|")
    for name in SHAPES:
        for mark in ("off", "on"):
            rate = _rate(name, mark)
            ending, first, memory = await _paced(SHAPES[name], mark)
            print(f"| {name} | {mark} | {rate:.0f} | {ending:.3f} | {first:.2f} | {memory:.0f} |", flush=True)


def _rate(name: str, mark: str) -> float:
    command = [sys.executable, "-m", "benchmarks.watermark", name, mark]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _encode(name: str, mark: str) -> float:
    """Frames a second of the encoder alone, conversion and mark included."""
    cv2.setNumThreads(1)
    size = SHAPES[name]
    picture = np.asarray(cv2.imread(str(PICTURES / "astronaut.png"), cv2.IMREAD_COLOR_RGB), np.uint8)
    camera = Camera(picture, size, path_for(Motion.DRIFT, 3, size), FRAMES)
    encoder = Encoder(size, 24, mark_secret=5 if mark == "on" else None)
    spent = 0.0
    for index in range(FRAMES):
        frame = camera.frame(index)
        began = time.perf_counter()
        encoder.push(frame)
        spent += time.perf_counter() - began
    encoder.close()
    return FRAMES / spent


async def _paced(size: Size, mark: str) -> tuple[float, float, float]:
    """Seconds from the last frame to the end, seconds to the first segment, and the most memory seen in MB."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("I2V_")}
        environment |= {
            "I2V_MEDIA_DIR": folder,
            "I2V_WATERMARK": mark,
            "I2V_MODEL_SECONDS": str(MODEL_SECONDS),
        }
        store, job = MediaStore(Path(folder)), new_id("job")
        store.folder(job).mkdir()
        _picture(store.picture_path(job), size)
        renderer = Renderer(environment)
        await renderer.start()
        assert renderer.pid is not None
        process = psutil.Process(renderer.pid)
        memory, first, frames_done, done, started = 0.0, 0.0, 0.0, 0.0, 0.0
        async for event in renderer.render(job, 1, VideoOptions(Motion.DRIFT, 5, 3)):
            now = time.monotonic()
            if isinstance(event, Started):
                started = now
            elif isinstance(event, SegmentStored) and not first:
                first = now - started
            elif isinstance(event, FramesDone):
                frames_done = now
            elif isinstance(event, Done):
                done = now
            memory = max(memory, process.memory_info().rss / 1e6)
        await renderer.close()
        # The model waits out its time before each frame: the last one is pushed when that is over.
        return max(done - frames_done, done - started - MODEL_SECONDS), first, memory


def _picture(path: Path, size: Size) -> None:
    picture = cv2.imread(str(PICTURES / "astronaut.png"))
    assert picture is not None
    large = cv2.resize(picture, (2 * size.width, 2 * size.height), interpolation=cv2.INTER_CUBIC)
    path.write_bytes(cv2.imencode(".jpg", large)[1].tobytes())


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(_encode(*sys.argv[1:]))
    else:
        asyncio.run(main())
