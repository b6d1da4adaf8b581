"""The plug for video models: what a model must be, and how one is found by its name.

A package offers a model by an entry point in the group `i2v.models`: the name that `I2V_MODEL` chooses it by, and a
class or function that is called once with the settings and returns a `VideoModel`.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from i2v_core.errors import StartRefused
from i2v_core.jobs import VideoOptions
from i2v_core.settings import Settings
from worker.canvas import Size

GROUP = "i2v.models"

#: A picture or a frame: height x width x 3, uint8, sRGB.
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Frame `index` (from 0) of `count`, in the order they are shown. Another number of frames fails the job."""

    index: int
    count: int
    pixels: Pixels


@dataclass(frozen=True, slots=True)
class Progress:
    """The fraction (0..1) of its whole work that a model has done. It must not fall."""

    fraction: float


class VideoModel(Protocol):
    """A model that makes a video of a picture. It is loaded once and makes one video at a time."""

    name: str
    #: What its process needs at most, in MB.
    memory_mb: int

    def seconds_for(self, options: VideoOptions) -> float:
        """Seconds of work one picture takes: exact if it is fixed, else the best estimate."""
        ...

    def generate(self, picture: Pixels, options: VideoOptions, size: Size) -> Generator[Frame | Progress, None, None]:
        """Yield the frames, each `size`, as they are made, and the progress between them.

        The picture is cut to `options.shape` already and in proportion to `size`; `worker.canvas.compose` lays out one
        that is too long, too tall or too tiny for that.
        The same picture, options and size give the same frames. It yields several times a second if it can, so that a
        cancel is noticed; closing the generator cancels. Any exception fails the job.
        """
        ...


def load_model(name: str, settings: Settings) -> VideoModel:
    """The model of that name, ready to generate. Raises `StartRefused` if there is none."""
    found = {point.name: point for point in entry_points(group=GROUP)}
    if name not in found:
        known = ", ".join(sorted(found)) or "none"
        raise StartRefused(f"I2V_MODEL is {name!r}, but no such model is installed (installed: {known}).")
    return cast(VideoModel, found[name].load()(settings))
