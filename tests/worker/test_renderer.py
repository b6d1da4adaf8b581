"""The render process, for real: what it tells, what it stores and when, and how it is cancelled."""

from __future__ import annotations

import asyncio
import io
import threading
from contextlib import aclosing
from itertools import pairwise

import av
import pytest

from i2v_core.media import MediaMissing, MediaStore
from i2v_core.settings import Settings
from tests.worker.clock import Clock, clock
from tests.worker.rendering import OPTIONS, Make, events_of, job, make, store
from worker.render import Rendering
from worker.render_events import (
    Cancelled,
    Done,
    Failed,
    FramesDone,
    InitStored,
    Message,
    Progressed,
    RenderEvent,
    SegmentStored,
    Started,
)
from worker.simulated import SimulatedModel

__all__ = ["clock", "job", "make", "store"]  # fixtures


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


@pytest.mark.parametrize("watermark", ["on", "off"])
async def test_a_marked_segment_is_stored_in_both_variants_before_it_is_named(
    watermark: str, make: Make, store: MediaStore, job: str
) -> None:
    renderer = make(watermark=watermark)

    async for event in renderer.render(job, 1, OPTIONS):
        if isinstance(event, InitStored):
            assert event.marked is (watermark == "on")
        if isinstance(event, SegmentStored):
            a = store.segment(job, 1, event.index)
            if watermark == "on":
                assert store.segment(job, 1, event.index, variant=1) != a
            else:
                with pytest.raises(MediaMissing):
                    store.segment(job, 1, event.index, variant=1)


async def test_a_segment_is_stored_before_it_is_named_and_before_the_next_is_begun(
    make: Make, store: MediaStore, job: str
) -> None:
    renderer = make(model="stepping")
    (store.root / "go-0").touch()

    async with asyncio.timeout(60):  # or it would wait for ever for the frames that are made only after this segment
        async for event in renderer.render(job, 1, OPTIONS):
            if isinstance(event, SegmentStored):
                assert store.segment(job, 1, event.index)
                with pytest.raises(MediaMissing):
                    store.segment(job, 1, event.index + 1)
                (store.root / f"go-{event.index + 1}").touch()

    assert event == Done(job, 1, 6, pytest.approx(3.0))


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


@pytest.mark.parametrize("frames", [23, 25])
async def test_another_number_of_frames_than_announced_fails_the_job(
    frames: int, make: Make, job: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRAMES_FOR_TESTS", str(frames))
    renderer = make(model="miscounting")

    *_, last = await events_of(renderer, job)

    assert isinstance(last, Failed)
    assert last.code == "MODEL_FAILED"
    assert "announced 24" in last.message


def test_progress_is_told_no_more_than_twenty_times_a_second(clock: Clock, store: MediaStore, job: str) -> None:
    settings = Settings(model_seconds=1, video_fps=60, video_long_side=320)
    said: list[tuple[float, Message]] = []
    rendering = Rendering(
        job,
        1,
        settings=settings,
        store=store,
        emit=lambda message: said.append((clock.elapsed, message)),
        cancelled=threading.Event(),
    )

    rendering.go(SimulatedModel(settings), OPTIONS)

    *told, last = [at for at, message in said if isinstance(message, Progressed)]
    assert 8 <= len(told) <= 20
    assert all(after - before >= 1 / 20 for before, after in pairwise(told))
    assert last == pytest.approx(1.0), "the last word is told at once"


@pytest.mark.parametrize("model", ["simulated", "deaf"])
async def test_cancelling_ends_the_job_and_the_next_one_is_made(model: str, make: Make, job: str) -> None:
    renderer = make(model=model, model_seconds=60)
    await renderer.start()
    pid = renderer.pid
    events: list[RenderEvent] = []

    async for event in renderer.render(job, 1, OPTIONS):
        events.append(event)
        if isinstance(event, Progressed) and len(events) < 4:
            await renderer.cancel(grace=60 if model == "simulated" else 0.5)

    assert events[-1] == Cancelled(job, 1)
    if model == "simulated":
        assert renderer.pid == pid, "it stopped by itself"
    else:
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
