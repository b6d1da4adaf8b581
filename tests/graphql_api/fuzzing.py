"""Runs schemathesis, as a program of its own, against a running server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx

from tests.fundamentals.server import Server

ROOT = Path(__file__).parents[2]


def fuzz(server: Server, path: str, folder: Path, *options: str) -> str:
    """What schemathesis has to say, in the name of one viewer; fails if it found anything.

    The seed is fixed: a run that found nothing finds nothing the next time. `folder` is where it may write.
    """
    cookie = f"i2v_viewer={httpx.get(f'{server.url}/healthz').cookies['i2v_viewer']}"
    command = [str(Path(sys.executable).with_name("st")), "run", server.url + path, "--checks", "all"]
    command += ["--seed", "20", "--generation-deterministic", "--no-color"]
    command += ["--request-timeout", "20", "--continue-on-failure", "-H", f"Cookie: {cookie}", *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "I2V_FUZZ_COOKIE": cookie}
    environment["SCHEMATHESIS_HOOKS"] = "tests.graphql_api.fuzzing_hooks"
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=170)
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr
    return run.stdout
