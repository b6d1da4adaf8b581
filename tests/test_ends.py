"""What tests start is gone after them, also what does not stop when it is told to."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from i2v_core.settings import Settings
from tests.browser import visiting
from tests.conftest import free_port
from tests.fundamentals import server as fundamentals

#: Hears nothing and goes on, as a worker would that lost its cancellation.
_DEAF = "import signal, time; [signal.signal(s, signal.SIG_IGN) for s in (2, 15)]; print(flush=True); time.sleep(600)"
_HEARING = "import time; print(flush=True); time.sleep(600)"


def _running(script: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdout
    process.stdout.readline()
    process.stdout.close()
    return process


def test_one_process_that_does_not_stop_is_killed_and_the_others_are_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fundamentals, "STOP_SECONDS", 0.2)
    deaf, hearing = _running(_DEAF), _running(_HEARING)
    server = fundamentals.Server(Settings(), {"worker": deaf, "api": hearing})

    with pytest.raises(AssertionError, match="worker"):
        server.stop_all()

    assert not psutil.pid_exists(deaf.pid)
    assert not psutil.pid_exists(hearing.pid)


def test_a_whole_server_that_does_not_stop_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(visiting, "STOP_SECONDS", 0.2)
    server = visiting.Server(free_port(), tmp_path / "data", {}, _running(_DEAF))
    assert server.process

    with pytest.raises(subprocess.TimeoutExpired):
        server.stop()

    assert not psutil.pid_exists(server.process.pid)
