"""Two minutes of chaos: web, workers, model and Redis killed at random under load, and every promise checked."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.browser.visiting import ROOT


@pytest.mark.timeout(600)
def test_every_promise_is_kept_whatever_is_killed() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks", "chaos"],
        cwd=ROOT,
        env={"I2V_CHAOS_SECONDS": "120", "I2V_CHAOS_BACK_AT_WORK": "20", **os.environ},
        capture_output=True,
        text=True,
    )

    print(ran.stdout)
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
    assert "Every promise was kept." in ran.stdout
    assert "| ended COMPLETED |" in ran.stdout
