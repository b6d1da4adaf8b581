"""Which job a free slot takes next: never one behind a job whose worker is dead, and never waiting for one that lives."""

from __future__ import annotations

import math

import pytest

from i2v_core.leases import Lease
from worker.next_job import Choice, NextJob

FREE, LAPSED = Lease(None), Lease(None, begun=True)


class Clock:
    """A clock that is set by hand."""

    now = 100.0

    def __call__(self) -> float:
        """What it shows."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Shared with the worker of `long_there`."""
    return Clock()


@pytest.fixture
def long_there(clock: Clock) -> NextJob:
    """A worker that began a minute ago, with the leases of the default settings."""
    next_job = NextJob(lease_seconds=4, renew_seconds=1, clock=clock)
    clock.now += 60
    return next_job


@pytest.mark.parametrize("left", [4.0, 3.0, 2.5, math.inf])
def test_what_is_free_behind_leases_that_are_renewed_is_taken(long_there: NextJob, left: float) -> None:
    choice = long_there.choose(["a", "b", "c"], [Lease(left), FREE, FREE])

    assert choice == Choice(["b", "c"], None)


def test_nothing_is_taken_behind_a_lease_that_runs_out(long_there: NextJob) -> None:
    choice = long_there.choose(["a", "b", "c"], [Lease(2.0), Lease(1.5), FREE])

    assert choice == Choice([], 1.5)


def test_a_lease_that_runs_out_holds_up_nothing_before_it(long_there: NextJob) -> None:
    choice = long_there.choose(["a", "b", "c"], [Lease(3.5), FREE, Lease(1.0)])

    assert choice == Choice(["b"], None)


def test_when_it_has_run_out_its_job_is_the_next(long_there: NextJob, clock: Clock) -> None:
    long_there.choose(["a", "b"], [Lease(0.5), FREE])
    clock.now += 0.5

    assert long_there.choose(["a", "b"], [FREE, FREE]) == Choice(["a", "b"], None)


def test_a_worker_that_is_started_waits_until_it_knows_that_the_others_live(clock: Clock) -> None:
    started = NextJob(lease_seconds=4, renew_seconds=1, clock=clock)
    clock.now += 0.5

    assert started.choose(["a", "b"], [Lease(3.4), FREE]).jobs == [], "nobody renewed it since: it may have been ours"
    assert started.choose(["a", "b"], [Lease(3.6), FREE]).jobs == ["b"]


def test_leases_that_are_shorter_by_others_settings_hold_nothing_up_for_good(long_there: NextJob, clock: Clock) -> None:
    taken = []
    for left in (1.0, 0.6, 1.0, 0.6):  # renewed between the second and the third look
        taken.append(long_there.choose(["a", "b"], [Lease(left), FREE]).jobs)
        clock.now += 0.4

    assert taken[:2] == [[], []]
    assert taken[2:] == [["b"], ["b"]]


def test_an_answer_that_comes_late_is_no_renewal(long_there: NextJob, clock: Clock) -> None:
    long_there.choose(["a", "b"], [Lease(2.0), FREE])
    clock.now += 0.3

    assert long_there.choose(["a", "b"], [Lease(2.0), FREE]).jobs == []


@pytest.fixture
def long_silent(long_there: NextJob, clock: Clock) -> NextJob:
    """That worker, when Redis answers for the first time after five seconds."""
    long_there.redis_answered()
    clock.now += 5
    long_there.redis_answered()
    return long_there


def test_what_was_begun_before_redis_was_away_is_its_owners_for_a_moment(long_silent: NextJob, clock: Clock) -> None:
    assert long_silent.choose(["a", "b"], [LAPSED, FREE]).jobs == ["b"]
    clock.now += 1.9
    assert long_silent.choose(["a", "b"], [LAPSED, FREE]).jobs == ["b"]
    clock.now += 0.2
    assert long_silent.choose(["a", "b"], [LAPSED, FREE]).jobs == ["a", "b"]


def test_where_every_look_is_late_the_job_of_a_dead_worker_is_taken_all_the_same(
    long_silent: NextJob, clock: Clock
) -> None:
    clock.now += 3
    long_silent.redis_answered()

    assert long_silent.choose(["a"], [LAPSED]).jobs == ["a"]


def test_without_an_outage_a_lapsed_job_is_taken_at_once(long_there: NextJob, clock: Clock) -> None:
    for _ in range(20):
        long_there.redis_answered()
        clock.now += 0.6

    assert long_there.choose(["a", "b"], [LAPSED, FREE]).jobs == ["a", "b"]
