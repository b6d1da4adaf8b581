"""One API for all tests of a module, so that each of them is quick. A module's `SETTINGS` are its settings."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
import redis as sync_redis

from i2v_core import keys
from i2v_core.settings import Settings
from tests.conftest import free_port
from tests.fundamentals.server import Server


@pytest.fixture(scope="module")
def api(
    redis_server: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Server]:
    """A running API without a worker: jobs wait. Keys that it leaves without a TTL fail the module."""
    store = sync_redis.Redis.from_url(redis_server, decode_responses=True)
    store.flushall()
    more = getattr(request.module, "SETTINGS", {})
    server = Server(Settings(data_dir=tmp_path_factory.mktemp("d"), redis_url=redis_server, port=free_port(), **more))
    server.start("api")
    yield server
    server.stop_all()
    left = [key for key in store.scan_iter() if store.ttl(key) == -1 and key not in keys.LASTING]
    store.close()
    assert left == [], f"keys without a TTL: {left}"


@pytest.fixture
def http(api: Server) -> Iterator[httpx.Client]:
    """A program that uses the API as a viewer of its own."""
    with httpx.Client(base_url=api.url, timeout=20) as client:
        client.headers["X-I2V-Request"] = "1"
        client.get("/healthz")
        yield client
