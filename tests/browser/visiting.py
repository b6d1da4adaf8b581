"""A server as a user starts it, and a page as a visitor opens it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from tests.conftest import PICTURES, ended, free_port, wait_until

ROOT = Path(__file__).resolve().parents[2]
#: Seconds of model time in these tests: long enough to see a percentage move, short enough to wait for.
MODEL_SECONDS = 2.0
#: Seconds in which a server must have stopped with all its processes: it gives its worker up before that.
STOP_SECONDS = 20.0
#: A test clicks faster than people do.
_AS_OFTEN_AS_THEY_LIKE = {"I2V_UPLOADS_PER_MINUTE": "10000", "I2V_OPERATIONS_PER_MINUTE": "1000000"}
#: The browser must not call home during tests, and a container has no sandbox or graphics to give it.
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """Where the system has Chromium, if it has."""
    return os.environ.get("I2V_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@dataclass
class Server:
    """A running `i2v up` on a port and a data folder of its own."""

    port: int
    data: Path
    settings: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it would take a picture in."""
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("I2V_")},
            "I2V_PORT": str(self.port),
            "I2V_DATA_DIR": str(self.data),
            **self.settings,
        }
        with (self.data.parent / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "i2v_cli", "up"],
                cwd=self.data.parent,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(self._is_ready, 90, "the server's start")

    def stop(self) -> None:
        """Stop it as Ctrl-C does."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            ended(self.process, STOP_SECONDS)

    def _is_ready(self) -> bool:
        assert self.process
        assert self.process.poll() is None, (self.data.parent / "server.log").read_text()
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=1) as answer:
                return bool(json.load(answer)["workers"])
        except OSError:
            return False


@contextmanager
def running_server(folder: Path, **settings: str) -> Iterator[Server]:
    """A server until the block ends."""
    server = Server(
        free_port(),
        folder / "data",
        {"I2V_MODEL_SECONDS": str(MODEL_SECONDS), **_AS_OFTEN_AS_THEY_LIKE, **settings},
    )
    try:
        server.start()
        yield server
    finally:
        server.stop()


def open_page(context: BrowserContext, server: Server) -> Page:
    """The start page in a new tab, its list read."""
    page = context.new_page()
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(server.url)
    expect(page.get_by_text("Looking for your videos")).to_be_hidden(timeout=20_000)
    expect(page.get_by_text("Asking how long it takes")).to_be_hidden(timeout=20_000)
    return page


def add(page: Page, *pictures: Path | str) -> None:
    """Choose pictures, by path or by name in tests/pictures."""
    paths = [PICTURES / picture if isinstance(picture, str) else picture for picture in pictures]
    page.set_input_files("input[type=file]", [str(path) for path in paths])
