"""The player's own code, run by Node over as much of a browser as it needs: what real browsers show too rarely or too slowly.

The scenes are in tests/i2v_app/player; what a real browser makes of the player is in tests/browser.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.i2v_app.node import node

SCENES = sorted((Path(__file__).parent / "player").glob("*.test.js"))


@pytest.mark.parametrize("scenes", SCENES, ids=lambda path: path.name.removesuffix(".test.js"))
def test_the_player(scenes: Path) -> None:
    run = subprocess.run([node(), "--test", scenes], capture_output=True, text=True, check=False, timeout=120)

    assert run.returncode == 0, run.stdout + run.stderr
