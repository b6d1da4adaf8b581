"""A deployment of separate processes on this machine, each of which can be killed and started again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import httpx
import psutil
from redis import Redis
from redis.exceptions import RedisError

from tests.conftest import free_port

#: Seconds within which a process that was started must answer.
_PATIENCE = 30.0


class Deployment:
    """Redis with an append-only file, the API and workers, over one folder. `settings` are I2V_ variables.

    `front`: the command that serves: "api", or "web" for the page and the API in one process. It is named "api" here.
    """

    def __init__(self, folder: Path, *, workers: int = 1, front: str = "api", **settings: object) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.redis_url = f"unix://{folder}/redis.sock?db=0"
        self.media = folder / "data" / "media"
        self._env = {name: value for name, value in os.environ.items() if not name.startswith("I2V_")} | {
            "I2V_DATA_DIR": str(folder / "data"),
            "I2V_PORT": str(self.port),
            "I2V_REDIS_URL": self.redis_url,
            "I2V_LOG_LEVEL": "warning",
            "I2V_LOG_FORMAT": "json",
            **{f"I2V_{name.upper()}": str(value) for name, value in settings.items()},
        }
        self.commands: Mapping[str, list[str]] = {
            "redis": [
                redis_binary(), "--port", "0", "--unixsocket", f"{folder}/redis.sock", "--dir", str(folder),
                "--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--loglevel", "warning",
            ],
            "api": [sys.executable, "-m", "i2v_cli", front],
            **{f"worker-{n}": [sys.executable, "-m", "i2v_cli", "worker"] for n in range(1, workers + 1)},
        }  # fmt: skip
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._log = (folder / "processes.log").open("ab")

    def start(self, *names: str) -> None:
        """Start processes, all without names, and wait until each answers."""
        for name in names or self.commands:
            self.processes[name] = subprocess.Popen(
                self.commands[name], env=self._env, stdout=self._log, stderr=self._log, start_new_session=True
            )
            answers = self._redis_answers if name == "redis" else self._api_answers if name == "api" else None
            self._wait_for(answers, name)

    def kill(self, name: str) -> None:
        """End a process at once (SIGKILL). `model` is the render process of a worker, which replaces it by itself."""
        if name == "model":
            for render in self.renders():
                render.kill()
            return
        process = self.processes.pop(name)
        process.kill()
        process.wait()

    def stop(self) -> None:
        """End everything, politely where that helps."""
        for name in sorted(self.processes, reverse=True):  # workers, redis, api: Redis is needed by the first alone
            process = self.processes[name]
            process.send_signal(signal.SIGINT if name.startswith("worker") else signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()
        self._log.close()

    def renders(self) -> list[psutil.Process]:
        """The render processes of the workers that run."""
        found = []
        for name, process in self.processes.items():
            if name.startswith("worker"):
                try:
                    children = psutil.Process(process.pid).children(recursive=True)
                    found += [child for child in children if "worker.render" in child.cmdline()]
                except psutil.NoSuchProcess:
                    continue
        return found

    def redis(self) -> Redis:
        """A client of its Redis."""
        return Redis.from_url(self.redis_url, decode_responses=True)

    def _redis_answers(self) -> bool:
        try:
            with self.redis() as client:
                return bool(client.ping())
        except RedisError:
            return False

    def _api_answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz", timeout=1).status_code == 200
        except httpx.TransportError:
            return False

    def _wait_for(self, answers: object, name: str) -> None:
        deadline = time.monotonic() + _PATIENCE
        while callable(answers) and not answers():
            if time.monotonic() > deadline or self.processes[name].poll() is not None:
                raise RuntimeError(f"{name} did not start; see {self.folder}/processes.log")
            time.sleep(0.01)


def redis_binary() -> str:
    """The Redis server that is measured: $I2V_TEST_REDIS, or the one on PATH, or the embedded one."""
    beside = Path(sys.executable).parent / "redis-server"
    return os.environ.get("I2V_TEST_REDIS") or shutil.which("redis-server") or str(beside)
