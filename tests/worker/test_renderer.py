"""The render process, for real: what it tells, what it stores and when, and every way of losing it."""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path

import av
import psutil
import pytest

from i2v_core.errors import Code, StartRefused
from i2v_core.jobs import Motion, VideoOptions, new_id
from i2v_core.media import MediaMissing, MediaStore
from worker.render_events import (
    Cancelled,
    Done,
    Failed,
    FramesDone,
    InitStored,
    Progressed,
    RenderEvent,
    SegmentStored,
    Started,
)
from worker.renderer import RenderDied, Renderer

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

class Chatty(Base):
    name = "chatty"
    def generate(self, picture, options, size):
        print("a progress bar for people", flush=True)
        os.write(1, b"a native library's greeting\\n")
        for index in range(24):
            yield Frame(index, 24, np.zeros((size.height, size.width, 3), np.uint8))
            yield Progress((index + 1) / 24)
"""
ENTRY_POINTS = """[i2v.models]
simulated = worker.simulated:SimulatedModel
raising = models_for_tests:Raising
crashing = models_for_tests:Crashing
deaf = models_for_tests:Deaf
chatty = models_for_tests:Chatty
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
    shutil.copy(PICTURES / "coffee.png", store.picture(job_id))
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


async def test_a_picture_becomes_a_video_in_the_store(make: Make, store: MediaStore, job: str) -> None:
    renderer = make()

    events = await events_of(renderer, job, run=3)

    first, last = events[0], events[-1]
    assert first == Started(job, 3, 1.0)
    assert last == Done(job, 3, 6, pytest.approx(3.0))
    assert events[-2] == FramesDone(job, 3)
    (init,) = (event for event in events if isinstance(event, InitStored))
    assert (init.width, init.height, init.segment_seconds, init.duration) == (320, 214, 0.5, 3.0)
    assert [event.index for event in events if isinstance(event, SegmentStored)] == list(range(6))
    fractions = [event.fraction for event in events if isinstance(event, Progressed)]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    with av.open(io.BytesIO(store.init(job, 3) + b"".join(store.segment(job, 3, n) for n in range(6)))) as file:
        assert len(list(file.decode(video=0))) == 72


async def test_a_segment_is_stored_before_it_is_named_and_long_before_the_next_but_one_exists(
    make: Make, store: MediaStore, job: str
) -> None:
    renderer = make(model_seconds=3)  # a frame every 1/24 s, as long as it is shown
    await renderer.start()
    began = 0.0

    async for event in renderer.render(job, 1, OPTIONS):
        if isinstance(event, Started):
            began = time.monotonic()
        if isinstance(event, SegmentStored):
            at = time.monotonic() - began
            assert store.segment(job, 1, event.index)
            with pytest.raises(MediaMissing):
                store.segment(job, 1, event.index + 1)
            assert at < 0.5 * (event.index + 1) + 0.15  # with its own last frame; n+2 begins half a second later


async def test_jobs_follow_one_another_in_the_same_process(make: Make, job: str) -> None:
    renderer = make(model_seconds=0.2)

    first, pid = await events_of(renderer, job, 1), renderer.pid
    second = await events_of(renderer, job, 2)

    assert isinstance(first[-1], Done)
    assert isinstance(second[-1], Done)
    assert second[-1].run == 2
    assert renderer.pid == pid


async def test_what_libraries_print_does_not_disturb(make: Make, job: str) -> None:
    renderer = make(model="chatty")

    events = await events_of(renderer, job)

    assert isinstance(events[-1], Done)


async def test_progress_is_told_no_more_than_twenty_times_a_second(make: Make, job: str) -> None:
    renderer = make(model_seconds=1, video_fps=60)

    events = await events_of(renderer, job)

    assert 8 <= len([event for event in events if isinstance(event, Progressed)]) <= 22


@pytest.mark.parametrize("model", ["simulated", "deaf"])
async def test_cancelling_ends_the_job_and_the_next_one_is_made(model: str, make: Make, job: str) -> None:
    renderer = make(model=model, model_seconds=60)
    await renderer.start()
    pid = renderer.pid
    events: list[RenderEvent] = []

    async for event in renderer.render(job, 1, OPTIONS):
        events.append(event)
        if isinstance(event, Progressed) and len(events) < 4:
            asked = time.monotonic()
            await renderer.cancel(grace=0.5)
            took = time.monotonic() - asked

    assert events[-1] == Cancelled(job, 1)
    if model == "simulated":
        assert took < 0.25
        assert renderer.pid == pid, "it stopped by itself"
    else:
        assert 0.5 <= took < 1.5
        assert renderer.pid != pid, "it was replaced"
    assert (await renderer.start()).model == model


async def test_leaving_the_events_cancels_the_render(make: Make, job: str) -> None:
    renderer = make(model_seconds=60)

    async with aclosing(renderer.render(job, 1, OPTIONS)) as events:
        async for event in events:
            if isinstance(event, Progressed):
                break
    again = renderer.render(job, 2, OPTIONS)

    assert await anext(again) == Started(job, 2, 60)
    await again.aclose()


async def test_cancelling_the_task_that_reads_cancels_the_render(make: Make, job: str) -> None:
    renderer = make(model_seconds=60)
    await renderer.start()
    reading = asyncio.create_task(events_of(renderer, job))
    await asyncio.sleep(0)  # it has begun

    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading

    again = renderer.render(job, 2, OPTIONS)
    assert await anext(again) == Started(job, 2, 60)
    await again.aclose()


async def test_cancelling_with_nothing_to_cancel_does_nothing(make: Make) -> None:
    renderer = make()
    await renderer.start()
    pid = renderer.pid

    await renderer.cancel()

    assert renderer.pid == pid


async def test_a_killed_process_is_told_of_and_replaced(make: Make, job: str) -> None:
    renderer = make(model_seconds=2)
    await renderer.start()
    pid = renderer.pid
    assert pid is not None

    async def kill_it_in_the_middle() -> None:
        async for event in renderer.render(job, 1, OPTIONS):
            if isinstance(event, SegmentStored):
                os.kill(pid, signal.SIGKILL)

    with pytest.raises(RenderDied, match="SIGKILL"):
        await kill_it_in_the_middle()

    assert renderer.pid != pid
    assert isinstance((await events_of(renderer, job, 2))[-1], Done)


async def test_a_process_killed_while_idle_is_replaced_for_the_next_job(make: Make, job: str) -> None:
    renderer = make(model_seconds=0.2)
    await renderer.start()
    assert renderer.pid is not None
    process = psutil.Process(renderer.pid)

    process.kill()
    while renderer.pid is not None:
        await asyncio.sleep(0.01)

    assert isinstance((await events_of(renderer, job))[-1], Done)


async def test_a_crash_of_the_model_is_told_of(make: Make, job: str) -> None:
    renderer = make(model="crashing")

    with pytest.raises(RenderDied, match="SIGABRT"):
        await events_of(renderer, job)


async def test_a_frozen_process_shows_frozen_progress_and_is_given_up_in_the_end(make: Make, job: str) -> None:
    renderer = make(model_seconds=20, stall_seconds=1)
    await renderer.start()
    pid = renderer.pid
    assert pid is not None
    frozen_at, after = 0.0, []

    async def freeze_it_in_the_middle() -> None:
        nonlocal frozen_at
        async for event in renderer.render(job, 1, OPTIONS):
            if frozen_at:
                after.append(event)
            elif isinstance(event, Progressed):
                os.kill(pid, signal.SIGSTOP)
                frozen_at = time.monotonic()

    with pytest.raises(RenderDied, match="said nothing for 1 s"):
        await freeze_it_in_the_middle()

    assert len(after) <= 1, "at most what was already on its way"
    assert 1 <= time.monotonic() - frozen_at < 2
    assert not psutil.pid_exists(pid)


async def test_a_model_that_raises_fails_the_job_and_not_the_process(make: Make, job: str) -> None:
    renderer = make(model="raising")

    events = await events_of(renderer, job)
    pid = renderer.pid

    failed = events[-1]
    assert isinstance(failed, Failed)
    assert failed.code == Code.MODEL_FAILED
    assert failed.how_to_fix
    assert isinstance((await events_of(renderer, job, 2))[-1], Failed)
    assert renderer.pid == pid


async def test_a_picture_that_is_gone_or_unreadable_fails_the_job(make: Make, store: MediaStore, job: str) -> None:
    renderer = make()
    store.picture(job).write_bytes(b"no picture")

    unreadable = await events_of(renderer, job)
    gone = await events_of(renderer, new_id("job"))

    for events in (unreadable, gone):
        assert isinstance(events[-1], Failed)
        assert events[-1].code == Code.PICTURE_LOST


async def test_a_store_that_cannot_be_written_fails_the_job(make: Make, store: MediaStore, job: str) -> None:
    renderer = make(model_seconds=0.2)
    (store.folder(job) / "1").write_text("a file where the run's folder should be")

    events = await events_of(renderer, job)

    assert isinstance(events[-1], Failed)
    assert events[-1].code == Code.STORAGE_FAILED


async def test_an_unknown_model_stops_the_start_with_a_sentence(make: Make) -> None:
    renderer = make(model="missing")

    with pytest.raises(StartRefused, match="I2V_MODEL is 'missing'"):
        await renderer.start()


async def test_closing_leaves_no_process(make: Make, job: str) -> None:
    renderer = make(model_seconds=60)
    reading = renderer.render(job, 1, OPTIONS)
    await anext(reading)
    pid = renderer.pid
    assert pid is not None

    await renderer.close()

    assert not psutil.pid_exists(pid)
    with pytest.raises(RenderDied):
        [event async for event in reading]


async def test_ctrl_c_of_the_terminal_does_not_reach_it(make: Make, job: str) -> None:
    renderer = make(model_seconds=0.5)
    await renderer.start()
    assert renderer.pid is not None

    assert os.getpgid(renderer.pid) != os.getpgid(0)
    os.kill(renderer.pid, signal.SIGINT)  # and even if it does

    assert isinstance((await events_of(renderer, job))[-1], Done)


async def test_it_does_not_outlive_the_worker(make: Make, tmp_path: Path) -> None:
    script = (
        "import asyncio, os, sys\n"
        "from worker.renderer import Renderer\n"
        "async def main():\n"
        "    renderer = Renderer()\n"
        "    await renderer.start()\n"
        "    print(renderer.pid, flush=True)\n"
        "    await asyncio.sleep(3600)\n"
        "asyncio.run(main())\n"
    )
    make()  # lays the models out
    worker = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        script,
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "installed"), "I2V_MEDIA_DIR": str(tmp_path)},
    )
    assert worker.stdout is not None
    render = psutil.Process(int(await worker.stdout.readline()))

    worker.kill()
    await worker.wait()

    async with asyncio.timeout(5):
        while render.is_running() and render.status() != psutil.STATUS_ZOMBIE:
            await asyncio.sleep(0.01)


async def test_it_is_not_told_what_it_need_not_know(make: Make) -> None:
    renderer = make(secret="sixteen characters", redis_url="redis://:password@127.0.0.1/0")
    await renderer.start()
    assert renderer.pid is not None

    environment = psutil.Process(renderer.pid).environ()

    assert "I2V_SECRET" not in environment
    assert "I2V_REDIS_URL" not in environment
    assert "I2V_MEDIA_DIR" in environment
