"""The `i2v` command as a client, as a person or a script runs it: a process with a state folder of its own."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conftest import wait_until

ROOT = Path(__file__).parents[2]


@dataclass
class Client:
    """Runs commands against one server, as one user."""

    url: str
    home: Path
    more: dict[str, str] = field(default_factory=dict)

    @property
    def env(self) -> dict[str, str]:
        """The user's environment."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("I2V_")}
        ours = {"I2V_URL": self.url, "XDG_STATE_HOME": str(self.home), "HOME": str(self.home), "TERM": "xterm-256color"}
        return {**inherited, **ours, **self.more}

    def i2v(self, *words: object, stdin: bytes = b"", **env: str) -> subprocess.CompletedProcess[str]:
        """The command, run to its end."""
        done = subprocess.run(
            command(words), env=self.env | env, input=stdin, capture_output=True, timeout=90, cwd=ROOT
        )
        return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())

    def lines(self, *words: object, **env: str) -> tuple[int, list[dict[str, Any]]]:
        """The exit code and what the command says with `--json`, line by line."""
        done = self.i2v(*words, "--json", **env)
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]

    def started(self, *words: object, **env: str) -> Running:
        """The command, running."""
        return Running(
            subprocess.Popen(
                command(words), env=self.env | env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
            )
        )


def command(words: tuple[object, ...]) -> list[str]:
    return [sys.executable, "-m", "i2v_cli", *map(str, words)]


class Running:
    """A command that runs: what it has said so far, and its end."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.said = {"out": "", "err": ""}
        assert process.stdout
        assert process.stderr
        self._pipes = {process.stdout.fileno(): "out", process.stderr.fileno(): "err"}

    def hears(self, words: str, *, of: str = "out", within: float = 30.0) -> str:
        """Read on until it has said these words, and give the line."""

        def heard() -> str:
            self._read()
            return next((line for line in self.said[of].splitlines() if words in line), "")

        return str(wait_until(heard, within, f"{words!r} in what it says: {self.said}"))

    def ends(self, *, within: float = 60.0) -> int:
        """Its exit code."""

        def ended() -> bool:
            self._read()
            return self.process.poll() is not None

        try:
            wait_until(ended, within, "its end")
        finally:
            self.process.kill()
            self._read()
            for pipe in (self.process.stdout, self.process.stderr):
                assert pipe
                pipe.close()
        return int(self.process.wait())

    def interrupt(self) -> None:
        """Ctrl-C."""
        self.process.send_signal(signal.SIGINT)

    def _read(self) -> None:
        while self._pipes and (ready := select.select(list(self._pipes), [], [], 0)[0]):
            for pipe in ready:
                data = os.read(pipe, 65536)
                if not data:
                    del self._pipes[pipe]
                self.said[self._ended(pipe)] += data.decode()

    def _ended(self, pipe: int) -> str:
        assert self.process.stdout
        return "out" if pipe == self.process.stdout.fileno() else "err"


class Terminal:
    """A command in a terminal of a size: what it draws, and its end."""

    def __init__(self, client: Client, *words: object, columns: int = 100, rows: int = 24, **env: str) -> None:
        self.drawn = ""
        self._pid, self._screen = pty.fork()
        if self._pid == 0:
            os.chdir(ROOT)
            argv = command(words)
            os.execve(argv[0], argv, client.env | env)
        fcntl.ioctl(self._screen, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def shows(self, look: Callable[[str], Any], what: str, *, within: float = 30.0) -> None:
        """Read on until what was drawn so far satisfies `look`."""

        def seen() -> bool:
            self._read()
            return bool(look(self.drawn))

        wait_until(seen, within, f"{what} on the screen")

    def types(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._screen, keys)

    def ends(self, *, within: float = 60.0) -> int:
        """Its exit code."""
        status: list[int] = []

        def ended() -> bool:
            self._read()
            pid, code = os.waitpid(self._pid, os.WNOHANG)
            status.extend([code] if pid else [])
            return bool(pid)

        try:
            wait_until(ended, within, "its end")
        except AssertionError:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
            raise
        finally:
            self._read()
            os.close(self._screen)
        return os.waitstatus_to_exitcode(status[0])

    def _read(self) -> None:
        while select.select([self._screen], [], [], 0)[0]:
            with suppress(OSError):  # its last process has gone
                if data := os.read(self._screen, 65536):
                    self.drawn += data.decode(errors="replace")
                    continue
            return
