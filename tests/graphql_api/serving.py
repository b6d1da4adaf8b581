"""One API for a whole test file: real processes, a Redis of its own, bounds that are in nobody's way.

Tests do not see each other's jobs: each is another viewer.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from i2v_core.settings import Settings
from tests.conftest import PICTURES, OwnRedis, free_port
from tests.fundamentals.server import Server

PHOTO = PICTURES / "chelsea.png"
#: What another site's form cannot send.
OURS = {"X-I2V-Request": "1"}


@contextmanager
def serving(folder: Path, *processes: str, **settings: Any) -> Iterator[Server]:
    """A running deployment with these settings over the tests' own."""
    redis = OwnRedis(folder)
    redis.start()
    given: dict[str, Any] = {
        "data_dir": folder / "data",
        "redis_url": redis.url,
        "port": free_port(),
        "log_format": "human",
        "model_seconds": 0.5,
        "video_long_side": 320,
        "waiting_per_viewer": 10_000,
        "waiting_overall": 100_000,
        "uploads_per_minute": 10_000,
        "operations_per_minute": 1_000_000,
        "operations_per_minute_per_address": 1_000_000,
    }
    server = Server(Settings(**{**given, **settings}))
    try:
        server.start(*(processes or ("api",)))
        yield server
    finally:
        server.stop_all()
        redis.kill()


def client(server: Server, **headers: str) -> httpx.Client:
    """A new viewer that keeps its cookie, as `curl -b jar -c jar` does."""
    return httpx.Client(base_url=server.url, timeout=30, headers={**OURS, **headers})


def upload(viewer: httpx.Client, data: bytes | None = None, **fields: str) -> httpx.Response:
    """Post a picture as a form."""
    content = PHOTO.read_bytes() if data is None else data
    return viewer.post("/api/jobs", files={"image": ("cat.png", content)}, data=fields)
