"""The slots in the queue of everybody: how far each is, whose none of them is but one's own, and what of it is news."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from i2v_core.jobs import new_id
from i2v_core.line import Line, Slot
from i2v_core.queue import JobQueue
from i2v_core.queue_watch import QueueState, QueueWatch, QueueWatchers
from i2v_core.settings import Settings
from tests.i2v_core.test_queue import new_job

NOW = 1000.0
BUSY = Slot(NOW, 30, job="job_a", started=NOW - 9, percent=30, viewer="viewer_a")
OTHERS = Slot(NOW, 30, job="job_b", started=NOW - 20, percent=50, viewer="viewer_b")
FREE = Slot(NOW, 30)


@pytest.fixture
def queue(redis: Redis, settings: Settings) -> JobQueue:
    return JobQueue(redis, settings)


def seen(viewer: str, *slots: Slot, now: float = NOW) -> QueueState:
    return QueueState.of(Line.read(now, ["job_a", "job_b"], slots), 2, viewer, now)


def test_each_slot_tells_its_percent_its_time_and_whether_it_is_mine() -> None:
    state = seen("viewer_a", BUSY, OTHERS, FREE)

    assert [(slot.percent, slot.remaining, slot.is_mine) for slot in state.slots] == [
        (30, 21, True),
        (50, 15, False),
        (0, None, False),
    ]
    assert "job_" not in repr(state)
    assert "viewer_" not in repr(state)


def test_a_slot_whose_job_is_gone_is_nobodys() -> None:
    assert [slot.is_mine for slot in seen("", replace(BUSY, viewer="")).slots] == [False]


def test_a_slot_that_goes_on_is_no_news_and_another_job_in_it_is() -> None:
    told = seen("viewer_a", BUSY)

    assert not seen("viewer_a", replace(BUSY, percent=40, seen=NOW + 3), now=NOW + 3).is_news(told)
    assert seen("viewer_a", replace(BUSY, job="job_b", started=NOW, percent=30)).is_news(told)
    assert seen("viewer_a", replace(BUSY, viewer="viewer_b")).is_news(told)
    assert seen("viewer_a", BUSY, replace(FREE, job="job_b", started=NOW)).is_news(told)


async def test_the_line_knows_whose_job_is_in_which_slot(queue: JobQueue) -> None:
    mine, theirs = new_job("viewer_a"), new_job("viewer_b")
    for job in (mine, theirs):
        await queue.enqueue(job)
        run = await queue.begin(job.id) or 0
        await queue.report(job.id, run, percent=12.5)
    now = time.time()
    await queue.show_slot("worker_b", Slot(now, 30, job=theirs.id, started=now))
    await queue.show_slot("worker_c", Slot(now, 30))
    await queue.show_slot("worker_a", Slot(now, 30, job=mine.id, started=now))

    slots = (await queue.line()).slots

    assert [(slot.viewer, slot.percent) for slot in slots] == [("viewer_a", 12.5), ("viewer_b", 12.5), ("", 0)]


async def test_only_whose_picture_is_being_made_is_told_so(queue: JobQueue) -> None:
    watchers = QueueWatchers(queue)
    flow = new_id("viewer")
    line = Line.read(time.time(), ["job_a"], [replace(BUSY, seen=time.time())])

    async with (
        QueueWatch(watchers, flow, "viewer_a") as mine,
        QueueWatch(watchers, flow, "viewer_b") as one,
        QueueWatch(watchers, flow, "viewer_c") as other,
    ):
        await watchers.tell(line)
        told = [await anext(each) for each in (mine, one, other)]

    assert [state.slots[0].is_mine for state in told] == [True, False, False]
    assert told[1] is told[2], "encoded once for both"
