"""The render process, for real: every way of losing it, and what is left then."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

from i2v_core.errors import Code, StartRefused
from i2v_core.jobs import new_id
from i2v_core.media import MediaStore
from tests.worker.rendering import OPTIONS, Make, events_of, job, make, store
from worker.render_events import (
    Done,
    Failed,
    Progressed,
    SegmentStored,
)
from worker.renderer import RenderDied

__all__ = ["job", "make", "store"]  # fixtures


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
    renderer = make(model_seconds=20, stall_seconds=3)
    await renderer.start()
    pid = renderer.pid
    assert pid is not None
    frozen_at, after = 0.0, []

    async def freeze_it_in_the_middle() -> None:
        nonlocal frozen_at
        async for event in renderer.render(job, 1, OPTIONS):
            if frozen_at:
                after.append(time.monotonic() - frozen_at)
            elif isinstance(event, Progressed):
                os.kill(pid, signal.SIGSTOP)
                frozen_at = time.monotonic()

    with pytest.raises(RenderDied, match="said nothing for 3 s"):
        await freeze_it_in_the_middle()

    assert all(seconds < 1 for seconds in after), "at most what was already on its way"
    assert frozen_at, "it was given up before it was frozen"
    assert time.monotonic() - frozen_at >= 3
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
    store.picture_path(job).write_bytes(b"no picture")

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


@pytest.mark.skipif(sys.platform != "linux", reason="macOS limits no address space")
async def test_a_model_that_takes_more_memory_than_it_may_fails_the_job_and_not_the_process(
    make: Make, job: str
) -> None:
    renderer = make(model="greedy", render_memory_mb=2048)
    await renderer.start()
    pid = renderer.pid

    last = (await events_of(renderer, job))[-1]

    assert isinstance(last, Failed)
    assert (last.code, "MemoryError" in last.message) == (Code.MODEL_FAILED, True)
    assert renderer.pid == pid


@pytest.mark.skipif(sys.platform != "linux", reason="macOS limits no address space")
async def test_the_simulated_model_is_limited_and_no_render_process_leaves_a_core(make: Make) -> None:
    simulated, other = make(), make(model="chatty")

    limits = []
    for renderer in (simulated, other):
        await renderer.start()
        process = psutil.Process(renderer.pid)
        limits.append((process.rlimit(psutil.RLIMIT_AS)[0], process.rlimit(psutil.RLIMIT_CORE)))

    assert limits == [(2048 * 2**20, (0, 0)), (psutil.Process().rlimit(psutil.RLIMIT_AS)[0], (0, 0))]
