"""The Node that builds the page, for tests of what is JavaScript alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path


def node() -> str:
    """Its path."""
    own = Path(sys.executable).parent
    return shutil.which("node", path=f"{own}{os.pathsep}{os.environ['PATH']}") or "node"


def run_module(script: str, *arguments: str, cwd: Path | None = None) -> str:
    """What a module says that is given as its text, with these arguments. Fails with its own words."""
    run = subprocess.run(
        [node(), "--input-type=module", "-e", script, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout
