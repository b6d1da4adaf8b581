"""An `i2v up` as a person has it: a process, what it says, its children, and a terminal to press Ctrl-C in."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
from contextlib import suppress

import psutil

from tests.conftest import wait_until

#: What the embedded server may be called; it hides its arguments.
REDIS_NAMES = ("redis-server", "valkey-server")


class Up:
    """One `i2v up`, with stderr and stdout read together as `said`."""

    def __init__(self, env: dict[str, str], *, terminal: bool = False, python: str = sys.executable) -> None:
        self.env = env
        self.said = ""
        self.port = int(env["I2V_PORT"])
        self._seen: dict[int, psutil.Process] = {}
        command = [python, "-m", "i2v_cli", "up"]
        if terminal:
            pid, self._reading = pty.fork()
            if pid == 0:
                os.execve(command[0], command, env)
            self.process = psutil.Process(pid)
        else:
            self._popen = subprocess.Popen(
                command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
            )
            assert self._popen.stdout
            self._reading = self._popen.stdout.fileno()
            self.process = psutil.Process(self._popen.pid)
        self.terminal = terminal

    def hears(self, words: str, *, within: float = 30.0) -> str:
        """Read on until it has said these words, and return the line."""

        def heard() -> str | None:
            self._read()
            return next((line for line in self.said.splitlines() if words in line), None)

        try:
            line = wait_until(heard, within)
        except AssertionError:
            raise AssertionError(f"it never said {words!r}; it said:\n{self.said}") from None
        assert line
        return line

    def events(self, name: str) -> list[dict[str, object]]:
        """Its log lines of one event so far."""
        self._read()
        lines = [json.loads(line) for line in self.said.splitlines() if line.startswith("{")]
        return [line for line in lines if line.get("event") == name]

    def ready(self) -> Up:
        """Wait for the page."""
        self.hears("i2v is ready", within=90)
        self.family()
        return self

    def child(self, name: str) -> psutil.Process:
        """Its present web, worker or redis process."""

        def found() -> psutil.Process | None:
            for process in self.family():
                with suppress(psutil.NoSuchProcess):
                    line = process.cmdline()
                    ours = line[1:3] == ["-m", "i2v_cli"] and line[3:4] == [name]
                    if process.ppid() == self.process.pid and (
                        ours or (name == "redis" and process.name() in REDIS_NAMES)
                    ):
                        return process
            return None

        return wait_until(found, what=f"a {name} process")

    def family(self) -> list[psutil.Process]:
        """Its children and theirs. Remembered, so that whoever outlives it is known."""
        with suppress(psutil.NoSuchProcess):
            for process in self.process.children(recursive=True):
                self._seen[process.pid] = process
        return [process for process in self._seen.values() if _runs(process)]

    def ctrl_c(self) -> None:
        """Press it: in a terminal the kernel signals its whole foreground group, as we do without one."""
        self.family()
        if self.terminal:
            os.write(self._reading, b"\x03")
        else:
            os.killpg(self.process.pid, signal.SIGINT)

    def exit_code(self, *, within: float = 30.0) -> int:
        """Wait for its end."""

        def ended() -> tuple[int] | None:
            self._read()
            if not self.terminal:
                code = self._popen.poll()
                return None if code is None else (code,)
            pid, status = os.waitpid(self.process.pid, os.WNOHANG)
            return (os.waitstatus_to_exitcode(status),) if pid else None

        code = wait_until(ended, within, "its end")
        assert code
        self._read()
        return code[0]

    def kill_everything(self) -> None:
        """Leave nothing behind, whatever the test did."""
        family = self.family()
        if _runs(self.process):
            self.process.kill()
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        if self.terminal:
            with suppress(ChildProcessError):
                os.waitpid(self.process.pid, 0)
            os.close(self._reading)
        else:
            self._popen.wait()
            assert self._popen.stdout
            self._popen.stdout.close()

    def _read(self) -> None:
        while select.select([self._reading], [], [], 0)[0]:
            try:
                part = os.read(self._reading, 65536)
            except OSError:  # a terminal whose last process has gone
                return
            if not part:
                return
            self.said += part.decode(errors="replace")


def _runs(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
