"""One deployment for all clients, each with a viewer of its own, and the examples as files."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from i2v_core.settings import Settings
from tests.clients.examples import ROOT, write_examples
from tests.clients.npm import installed, node_environment, relay_compiler
from tests.conftest import PICTURES, OwnRedis, free_port
from tests.fundamentals.server import Server

#: Long enough to be seen at work and stopped in the middle, short enough for a dozen of them.
_MODEL_SECONDS = 1.0


@dataclass(frozen=True)
class Ran:
    """What an example that was run has said."""

    code: int
    out: list[str]
    err: str


#: Run an example: its command, as in the folder of the examples, and more environment; what it said at its end.
Run = Callable[..., Ran]


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An API and a worker that all client tests share."""
    redis = OwnRedis(tmp_path_factory.mktemp("c"))
    redis.start()
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("clients"),
        redis_url=redis.url,
        model_seconds=_MODEL_SECONDS,
        video_long_side=160,
        log_format="human",
        port=free_port(),
    )
    server = Server(settings)
    server.start("api", "worker")
    yield server
    server.stop_all()
    redis.kill()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples, written out."""
    return write_examples(tmp_path_factory.mktemp("examples"))


@pytest.fixture(scope="session")
def npm_folder(folder: Path) -> Path:
    """The examples, with the clients from npm and the schema beside them."""
    (folder / "node_modules").symlink_to(installed())
    shutil.copy(ROOT / "schema.graphql", folder)
    return folder


@pytest.fixture(scope="session")
def compiled(npm_folder: Path) -> Path:
    """The same, with Relay's operations compiled."""
    done = relay_compiler(npm_folder)
    assert done.returncode == 0, done.stdout
    return npm_folder


@pytest.fixture
def cookie(deployment: Server, folder: Path) -> str:
    """A new viewer's, taken as docs/api.md says."""
    script = '. ./cookie.sh; printf %s "$I2V_COOKIE"'
    run = subprocess.run(
        ["sh", "-euc", script],
        cwd=folder,
        env={**os.environ, "I2V_URL": deployment.url},
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert run.stdout.startswith("i2v_viewer="), run
    return run.stdout


@pytest.fixture
def run(deployment: Server, folder: Path, cookie: str) -> Run:
    """Runs an example as this test's viewer."""

    def run(*command: str | Path, **more: str) -> Ran:
        done = subprocess.run(
            command,
            cwd=folder,
            env=node_environment(I2V_URL=deployment.url, I2V_COOKIE=cookie, **more),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return Ran(done.returncode, done.stdout.splitlines(), done.stderr)

    return run


@pytest.fixture
def picture() -> Path:
    """A picture."""
    return PICTURES / "astronaut.png"


@pytest.fixture
def no_picture(tmp_path: Path) -> Path:
    """A text that calls itself a picture."""
    path = tmp_path / "holiday.jpg"
    path.write_text("not a picture at all\n" * 50)
    return path
