"""The Node that builds the page, for tests of what is JavaScript alone."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path


def node() -> str:
    """Its path."""
    own = Path(sys.executable).parent
    return shutil.which("node", path=f"{own}{os.pathsep}{os.environ['PATH']}") or "node"
