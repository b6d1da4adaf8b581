"""The mark's verdicts are begun before the first test and asked for near the end: most tests wait, and cores are idle."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future

import pytest

from tests.worker.verdicts import Reckoning, Verdicts

_RECKONING = pytest.StashKey[Reckoning]()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Begin, if they will be asked for."""
    wanted = any("verdicts" in getattr(item, "fixturenames", ()) for item in session.items)
    if wanted and not session.config.option.collectonly:
        session.stash[_RECKONING] = Reckoning()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave what nobody asked for."""
    if reckoning := session.stash.get(_RECKONING, None):
        reckoning.close()


@pytest.fixture
def verdicts(request: pytest.FixtureRequest) -> Sequence[Future[Verdicts]]:
    """By photo."""
    return request.session.stash[_RECKONING].verdicts
