"""What the tests of the render process share: a renderer, a store with a picture, and models that misbehave."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from i2v_core.jobs import Motion, VideoOptions, new_id
from i2v_core.media import MediaStore
from worker.render_events import (
    RenderEvent,
)
from worker.renderer import Renderer

PICTURES = Path(__file__).parent.parent / "pictures"
OPTIONS = VideoOptions(Motion.DRIFT, 3, 1)

#: Models that misbehave, found as any other: by entry points of an installed package.
MODELS = """
import os, sys, time
import numpy as np
from worker.model import Frame, Progress
from worker.simulated import SimulatedModel

class Base:
    memory_mb = 1
    def __init__(self, settings): pass
    def seconds_for(self, options): return 1.0

class Raising(Base):
    name = "raising"
    def generate(self, picture, options, size):
        yield Progress(0.1)
        raise RuntimeError("out of ideas")

class Greedy(Base):
    name = "greedy"
    def generate(self, picture, options, size):
        yield Progress(0.1)
        np.empty(3 << 30, np.uint8)  # reserved, not used: a machine with less gives it as well
        yield from Chatty(None).generate(picture, options, size)

class Crashing(Base):
    name = "crashing"
    def generate(self, picture, options, size):
        yield Progress(0.1)
        os.abort()

class Deaf(Base):
    name = "deaf"
    def generate(self, picture, options, size):
        yield Progress(0.1)
        time.sleep(3600)

class Stepping(Base):
    name = "stepping"
    def generate(self, picture, options, size):
        for index in range(72):
            while index % 12 == 0 and not os.path.exists(f"{os.environ['I2V_MEDIA_DIR']}/go-{index // 12}"):
                yield Progress(index / 72)  # so that a cancel is heard
                time.sleep(0.01)
            yield Frame(index, 72, np.zeros((size.height, size.width, 3), np.uint8))

class Chatty(Base):
    name = "chatty"
    def generate(self, picture, options, size):
        print("a progress bar for people", flush=True)
        os.write(1, b"a native library's greeting\\n")
        for index in range(24):
            yield Frame(index, 24, np.zeros((size.height, size.width, 3), np.uint8))
            yield Progress((index + 1) / 24)

class Miscounting(Base):
    name = "miscounting"
    def generate(self, picture, options, size):
        for index in range(int(os.environ["FRAMES_FOR_TESTS"])):
            yield Frame(index, 24, np.zeros((size.height, size.width, 3), np.uint8))
"""
ENTRY_POINTS = """[i2v.models]
simulated = worker.simulated:SimulatedModel
raising = models_for_tests:Raising
greedy = models_for_tests:Greedy
crashing = models_for_tests:Crashing
deaf = models_for_tests:Deaf
stepping = models_for_tests:Stepping
chatty = models_for_tests:Chatty
miscounting = models_for_tests:Miscounting
"""

Make = Callable[..., Renderer]


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return MediaStore(tmp_path / "media")


@pytest.fixture
def job(store: MediaStore) -> str:
    """A job whose picture is in the store."""
    job_id = new_id("job")
    store.folder(job_id).mkdir(parents=True)
    shutil.copy(PICTURES / "coffee.png", store.picture_path(job_id))
    return job_id


@pytest.fixture
async def make(tmp_path: Path) -> AsyncIterator[Make]:
    """Renderers with some settings, closed afterwards."""
    installed = tmp_path / "installed"
    metadata = installed / "models_for_tests-1.dist-info"
    metadata.mkdir(parents=True)
    (installed / "models_for_tests.py").write_text(MODELS)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: models-for-tests\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text(ENTRY_POINTS)
    made: list[Renderer] = []

    def make(*, stall_seconds: float = 10, **settings: object) -> Renderer:
        environment = os.environ | {
            "PYTHONPATH": str(installed),
            "I2V_MEDIA_DIR": str(tmp_path / "media"),
            "I2V_MODEL_SECONDS": "1",
            "I2V_VIDEO_LONG_SIDE": "320",
            **{f"I2V_{name.upper()}": str(value) for name, value in settings.items()},
        }
        made.append(Renderer(environment, stall_seconds=stall_seconds))
        return made[-1]

    yield make
    for renderer in made:
        await renderer.close()


async def events_of(renderer: Renderer, job: str, run: int = 1) -> list[RenderEvent]:
    return [event async for event in renderer.render(job, run, OPTIONS)]
