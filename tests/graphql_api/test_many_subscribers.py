"""The invariants of benchmarks/subscribers.py at a size that tests can afford: against a real server process."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from benchmarks.crowd import Crowd


@pytest.fixture
async def crowd() -> AsyncIterator[Crowd]:
    with Crowd(300) as crowd:
        await crowd.start()
        yield crowd
        await crowd.stop()


async def test_everybody_is_told_and_those_who_vanish_leave_nothing_behind(crowd: Crowd) -> None:
    await crowd.connect(range(300))
    assert crowd.held()["mailboxes"] == 300
    await crowd.place_change()  # returns when each of them has been told the new place
    await crowd.vanish()
    before, files = crowd.held(), crowd.files()

    for _ in range(2):
        await crowd.connect(range(300))
        await crowd.vanish()

    after = crowd.held()
    assert (before["mailboxes"], after["mailboxes"]) == (0, 0)
    assert after["tasks"] <= before["tasks"]
    # Connections to Redis are kept for the next: some more or fewer, never one for each who came.
    assert crowd.files() <= files + 30


async def test_those_who_vanish_leave_hardly_anything_to_the_garbage_collector(crowd: Crowd) -> None:
    """A connection is some 230 objects: in one cycle they would wait for the rare look at everything."""
    await crowd.connect(range(100))
    await crowd.vanish()
    before = crowd.held(collect=True)

    await crowd.connect(range(300))
    await crowd.vanish()

    after = crowd.held(collect=True)
    assert (after["garbage"] - before["garbage"]) / 300 < 60


async def test_a_served_process_looks_rarely_at_all_its_objects(crowd: Crowd) -> None:
    assert crowd.held()["frozen"] > 50_000  # what was loaded is never looked at again
    before = crowd.held()["full_collections"]

    await crowd.connect(range(300))
    await crowd.place_change()

    assert crowd.held()["full_collections"] == before
    assert crowd.held()["threshold"] == 700
