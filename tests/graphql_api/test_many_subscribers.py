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
