"""A model that somebody else has written: it is told of by the name that it gives itself, and needs to know of no shapes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import PICTURES, eventually
from tests.fundamentals.conftest import alice, server
from tests.fundamentals.server import Server, Viewer
from tests.fundamentals.watching import watch

__all__ = ["alice", "server"]

#: It shows the picture as it gets it, and breaks on one that is not in proportion to the frame.
MODEL = """
import cv2
from worker.model import Frame, Progress

class Still:
    name = "Still Life 2"
    memory_mb = 100
    def __init__(self, settings): pass
    def seconds_for(self, options): return 0.5
    def generate(self, picture, options, size):
        height, width = picture.shape[:2]
        assert abs(width * size.height / (height * size.width) - 1) < 0.02
        still = cv2.resize(picture, size)
        for index in range(24):
            yield Frame(index, 24, still)
            yield Progress((index + 1) / 24)
"""


@pytest.fixture
def plugged(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A deployment with that model installed and chosen."""
    installed = tmp_path / "installed"
    metadata = installed / "still_life-2.dist-info"
    metadata.mkdir(parents=True)
    (installed / "still_life.py").write_text(MODEL)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: still-life\nVersion: 2\n")
    (metadata / "entry_points.txt").write_text("[i2v.models]\nstill = still_life:Still\n")
    monkeypatch.setenv("PYTHONPATH", str(installed))
    server.settings = server.settings.model_copy(update={"model": "still"})
    return server


async def names(viewer: Viewer) -> tuple[str, str]:
    """As GraphQL and REST tell it."""
    told = (await viewer.ask("{ limits { modelName } }"))["limits"]["modelName"]
    return told, (await viewer.http.get("/api/limits")).json()["modelName"]


async def test_it_is_told_of_by_its_own_name_and_gets_pictures_that_fit_their_frames(
    plugged: Server, alice: Viewer
) -> None:
    plugged.start("api")
    assert await names(alice) == ("still", "still"), "no worker is there to say more than what it is set to"

    plugged.start("worker")

    async def knows_it() -> bool:
        return await names(alice) == ("Still Life 2", "Still Life 2")

    await eventually(knows_it, what="its own name")
    for shape, size in {"WIDE": (320, 180), "SQUARE": (320, 320), "TALL": (180, 320)}.items():
        job = await alice.upload(PICTURES / "coffee.png", shape=shape, focus={"x": 0.9, "y": 0.1})
        assert (await alice.finished(job["id"]))["state"] == "COMPLETED"
        playback = (await watch(alice, job["id"])).playback
        assert (playback["width"], playback["height"]) == size
