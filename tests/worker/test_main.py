"""The worker process: it waits for a Redis that is not there yet, and stops when it is told to, also then."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from i2v_core.settings import Settings
from tests.conftest import environment


@pytest.fixture
def waiting_worker(settings: Settings, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    nowhere = settings.model_copy(update={"redis_url": f"unix://{tmp_path}/no-redis", "log_format": "json"})
    process = subprocess.Popen(
        [sys.executable, "-m", "i2v_cli", "worker"], env=environment(nowhere), stderr=subprocess.PIPE, text=True
    )
    yield process
    process.kill()
    process.wait()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_worker_without_a_redis_waits_and_still_stops_when_told_to(
    waiting_worker: subprocess.Popen[str], how: signal.Signals
) -> None:
    assert waiting_worker.stderr is not None
    for line in waiting_worker.stderr:
        if "waiting_for_redis" in line:
            break

    waiting_worker.send_signal(how)

    assert waiting_worker.wait(10) == 0
