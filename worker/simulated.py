"""The simulated model: the waiting of a real one, and real camera motion over the real picture.

It takes exactly `I2V_MODEL_SECONDS` of work per picture; frame k of N leaves at k/N of them.
"""

from __future__ import annotations

import time
from collections.abc import Generator

from i2v_core.jobs import VideoOptions
from i2v_core.settings import Settings
from worker.canvas import Size
from worker.model import Frame, Pixels, Progress
from worker.motion import Camera, path_for

#: Seconds between two words while it waits: a percent that moves, and a cancel that is heard at once.
_TICK = 0.1


class SimulatedModel:
    """A `VideoModel` that spends its time asleep and moves a camera."""

    name = "simulated"
    memory_mb = 250  # the design's limit for its process; benchmarks say what it takes

    def __init__(self, settings: Settings) -> None:
        self._seconds = settings.model_seconds
        self._fps = settings.video_fps

    def seconds_for(self, options: VideoOptions) -> float:
        """Always the same."""
        return self._seconds

    def generate(self, picture: Pixels, options: VideoOptions, size: Size) -> Generator[Frame | Progress, None, None]:
        """Yield `seconds * fps` frames evenly over the model's time, all measured from one start."""
        start = time.monotonic()
        count = max(1, round(options.seconds * self._fps))
        camera = Camera(picture, size, path_for(options.motion, options.seed, size), count)
        del picture  # the camera has its own, smaller copy
        for made in range(1, count + 1):
            frame = Frame(made - 1, count, camera.frame(made - 1))
            due = start + self._seconds * made / count
            while (left := due - time.monotonic()) > 0:
                time.sleep(min(left, _TICK))
                yield Progress(min((time.monotonic() - start) / self._seconds, made / count))
            yield frame
            yield Progress(made / count)
