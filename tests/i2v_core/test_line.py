"""The line: places and times from the queue's order and the slots."""

from __future__ import annotations

import json

import pytest

from i2v_core.jobs import Job, JobState, VideoOptions
from i2v_core.line import Line, Slot

NOW = 1000.0


def job(id: str, state: JobState = JobState.QUEUED, percent: float = 0.0, started_at: float | None = None) -> Job:
    return Job(id, "viewer", "a.png", state, VideoOptions(), NOW, percent=percent, started_at=started_at)


def test_with_one_free_slot_jobs_start_one_model_time_apart() -> None:
    line = Line.read(NOW, ["a", "b", "c"], [Slot(NOW, 30)])

    assert [line.estimate(job(id), NOW).place for id in "abc"] == [1, 2, 3]
    assert [line.estimate(job(id), NOW).starts_in for id in "abc"] == [0, 30, 60]
    assert line.estimate(job("c"), NOW).remaining == 90


def test_the_running_job_is_in_no_place_and_delays_the_others() -> None:
    line = Line.read(NOW, ["a", "b"], [Slot(NOW, 30, job="a", started=NOW - 10, percent=100 / 3)])

    assert line.running == 1
    assert line.estimate(job("b"), NOW).place == 1
    assert line.estimate(job("b"), NOW).starts_in == pytest.approx(20)
    running = job("a", JobState.PROCESSING, percent=100 / 3, started_at=NOW - 10)
    assert line.estimate(running, NOW).remaining == pytest.approx(20)


def test_a_slot_is_read_as_a_worker_of_any_version_has_written_it() -> None:
    shown = Slot(NOW, 30, job="a", started=NOW - 10, model="Some Model 2")

    assert Slot.from_json(shown.to_json(), 40.0) == Slot(
        NOW, 30, job="a", started=NOW - 10, percent=40, model=shown.model
    )
    before, after = ({"seen": NOW, "seconds": 30, "job": "", "started": 0.0} | more for more in ({}, {"news": 1}))
    assert Slot.from_json(json.dumps(before), 0.0) == Slot.from_json(json.dumps(after), 0.0) == Slot(NOW, 30)
    assert (Line.read(NOW, [], [shown]).model_name, Line.read(NOW, [], []).model_name) == ("Some Model 2", "")


def test_two_slots_make_two_at_once() -> None:
    line = Line.read(NOW, ["a", "b", "c"], [Slot(NOW, 30), Slot(NOW, 30)])

    assert [line.estimate(job(id), NOW).starts_in for id in "abc"] == [0, 0, 30]


def test_a_model_that_is_stuck_promises_nothing() -> None:
    stuck = Slot(NOW, 30, job="a", started=NOW - 300, percent=50)

    line = Line.read(NOW, ["a", "b"], [stuck])

    assert line.estimate(job("b"), NOW).starts_in == pytest.approx(15)


def test_without_a_worker_there_is_a_place_but_no_time() -> None:
    line = Line.read(NOW, ["a"], [])

    estimate = line.estimate(job("a"), NOW)
    assert (estimate.place, estimate.starts_in, estimate.remaining) == (1, None, None)
    assert line.model_seconds is None


def test_the_wait_of_a_picture_uploaded_now() -> None:
    line = Line.read(NOW, ["a", "b"], [Slot(NOW, 30)])

    assert line.starts_in(3, NOW) == 60
    assert line.starts_in(3, NOW + 5) == 55
