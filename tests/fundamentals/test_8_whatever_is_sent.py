"""Whatever is sent, the answer is a job or a refusal with a reason: no 5xx, no dead process, and the next one is served."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from pathlib import Path

import psutil
import pytest

from tests.conftest import PICTURES
from tests.fundamentals.server import Server, Viewer

#: A sample that has broken decoders, and the place of all of it: tests/corpus/README.md says where it comes from.
SAMPLE = PICTURES.parent / "corpus"
WHOLE = os.environ.get("I2V_TEST_CORPUS")
_NO_PICTURES = {".md", ".py", ".txt", ".ttf", ".otf"}


@pytest.mark.timeout(3000 if WHOLE else 180)
async def test_whatever_is_sent_is_a_job_or_a_refusal_with_a_reason(server: Server, alice: Viewer) -> None:
    bounds = {
        "waiting_per_viewer": 100_000,
        "uploads_per_minute": 100_000,
        "waiting_overall": 1_000_000,
        "operations_per_minute": 100_000,
    }
    server.settings = server.settings.model_copy(update=bounds)
    server.start("api")
    api = psutil.Process(server.processes["api"].pid)
    files = [
        path for path in sorted(Path(WHOLE or SAMPLE).rglob("*")) if path.is_file() and path.suffix not in _NO_PICTURES
    ]
    assert len(files) > 20
    at_once = asyncio.Semaphore(4)

    async def outcome(path: Path) -> str:
        async with at_once:
            answer = await alice.upload(path)  # fails on any status but 200, and on errors
        if answer["__typename"] == "Job":
            return "Job"
        assert answer["__typename"] == "UploadRefused", (path.name, answer)
        assert answer["message"], path.name
        assert answer["howToFix"], path.name
        return str(answer["code"])

    await alice.http.get("/healthz")
    outcomes = Counter(await asyncio.gather(*map(outcome, files)))

    print(dict(outcomes))
    assert outcomes["Job"] > 0
    assert len(outcomes) > 2, "everything was refused for the same reason"
    assert api.is_running()
    assert (await alice.upload(PICTURES / "coffee.png"))["__typename"] == "Job"
    kept = {path.name for path in server.settings.media_path.glob("job_*")}
    assert len(kept) == outcomes["Job"] + 1, "something of a refused one was left"
