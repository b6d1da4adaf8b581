"""A child process that is kept running: started, started again with backoff when it ends by itself, and stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from i2v_core.logs import get_logger

log = get_logger("up")

#: Seconds before the first restart, doubled each time up to the last. Half a second keeps "back at work within 5 s"
#: and does not burn the machine if it cannot start; half a minute is as long as a person waits after repairing it.
_FIRST_BACKOFF, _LAST_BACKOFF = 0.5, 30.0
#: A child that ran this many seconds was well: the next backoff begins anew.
_WELL_AFTER = 30.0


@dataclass(frozen=True)
class Command:
    """What is run, and how it is told to stop.

    `stop_signal` asks it to, and after `stop_seconds` SIGKILL ends it and its process group. `orphan_signal` is what
    the kernel sends it should the supervisor be killed (Linux). `quick` says that a second Ctrl-C may kill it at once.
    """

    name: str
    argv: tuple[str, ...]
    stop_signal: signal.Signals
    stop_seconds: float
    orphan_signal: signal.Signals = signal.SIGKILL
    pass_fds: tuple[int, ...] = ()
    quick: bool = True


class Child:
    """One `Command`, kept running until `stop`. `on_line` gets what it writes; without it, it writes where we do."""

    def __init__(
        self, command: Command, env: Mapping[str, str], *, on_line: Callable[[str], None] | None = None
    ) -> None:
        self.command = command
        #: What it ended with the first time, if it did.
        self.first_exit: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        #: Set once it has done its work. Before, an exit code says that it cannot start, and it is not started again.
        self.settled = False
        self._env = env
        self._on_line = on_line
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The process that runs now, if one does."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> None:
        """Start it, and keep it running from then on."""
        await self._spawn()
        self._keeping = asyncio.create_task(self._keep())

    async def stop(self, hurry: asyncio.Event) -> None:
        """Ask it to stop, wait for it, and kill its process group after `stop_seconds` or on `hurry` if it is quick."""
        self._stopping.set()
        if self._keeping is None:
            return
        self._signal(self.command.stop_signal)
        ended = self._keeping
        impatience = asyncio.create_task(
            hurry.wait() if self.command.quick else asyncio.sleep(self.command.stop_seconds)
        )
        await asyncio.wait({ended, impatience}, timeout=self.command.stop_seconds, return_when=asyncio.FIRST_COMPLETED)
        impatience.cancel()
        if not ended.done():
            log.warning("process_killed", name=self.command.name, reason="it did not stop in time")
            with suppress(ProcessLookupError):
                if self.pid:
                    os.killpg(self.pid, signal.SIGKILL)
        await ended

    async def _spawn(self) -> None:
        tied = (sys.executable, "-I", "-S", str(Path(__file__).with_name("tied.py")))
        self._process = await asyncio.create_subprocess_exec(
            *tied,
            str(os.getpid()),
            str(int(self.command.orphan_signal)),
            *self.command.argv,
            env=self._env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE if self._on_line else None,
            stderr=asyncio.subprocess.STDOUT if self._on_line else None,
            pass_fds=self.command.pass_fds,
            # Its own session: a terminal's Ctrl-C reaches the supervisor alone, which stops the rest in order.
            start_new_session=True,
        )

    async def _keep(self) -> None:
        loop, backoff = asyncio.get_running_loop(), _FIRST_BACKOFF
        while True:
            started = loop.time()
            code = await self._wait()
            if not self.first_exit.done():
                self.first_exit.set_result(code)
            if self._stopping.is_set() or (code > 0 and not self.settled):
                return
            if loop.time() - started > _WELL_AFTER:
                backoff = _FIRST_BACKOFF
            log.warning("process_ended", name=self.command.name, how=said(code), starting_again_in_seconds=backoff)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), backoff)
                return
            backoff = min(2 * backoff, _LAST_BACKOFF)
            await self._spawn()
            if self._stopping.is_set():
                self._signal(self.command.stop_signal)

    async def _wait(self) -> int:
        assert self._process is not None
        if self._process.stdout and self._on_line:
            async for line in self._process.stdout:
                self._on_line(line.decode(errors="replace").rstrip())
        return await self._process.wait()

    def _signal(self, which: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            if self._process and self._process.returncode is None:
                self._process.send_signal(which)


def said(code: int) -> str:
    """An exit code in words."""
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
