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
        uploads_per_minute=1000,  # all of them come from one address
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
def credentials(deployment: Server, folder: Path) -> dict[str, str]:
    """A new viewer's cookie and token, taken as docs/api.md says."""
    script = '. ./cookie.sh; . ./token.sh; printf "%s %s" "$I2V_COOKIE" "$I2V_TOKEN"'
    run = subprocess.run(
        ["sh", "-euc", script],
        cwd=folder,
        env={**os.environ, "I2V_URL": deployment.url},
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    cookie, _, token = run.stdout.partition(" ")
    assert cookie.startswith("i2v_viewer="), run
    assert token, run
    return {"I2V_COOKIE": cookie, "I2V_TOKEN": token}


@pytest.fixture
def run(deployment: Server, folder: Path, credentials: dict[str, str]) -> Run:
    """Runs an example as this test's viewer."""

    def run(*command: str | Path, with_token: bool = False, **more: str) -> Ran:
        used = "I2V_TOKEN" if with_token else "I2V_COOKIE"
        done = subprocess.run(
            command,
            cwd=folder,
            env=node_environment(I2V_URL=deployment.url, **{used: credentials[used]}, **more),
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
