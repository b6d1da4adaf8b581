"""A running API and worker, and two viewers that use it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from i2v_core.settings import Settings
from tests.conftest import free_port
from tests.fundamentals.server import Server, Viewer


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    """A deployment of which nothing runs yet: tests start what they need."""
    fields = settings.model_dump(include=settings.model_fields_set)
    server = Server(Settings(**{**fields, "port": free_port()}))
    yield server
    server.stop_all()


@pytest.fixture
async def alice(server: Server) -> AsyncIterator[Viewer]:
    """A viewer."""
    viewer = Viewer(server)
    yield viewer
    await viewer.http.aclose()


@pytest.fixture
async def bob(server: Server) -> AsyncIterator[Viewer]:
    """Another viewer."""
    viewer = Viewer(server)
    yield viewer
    await viewer.http.aclose()
