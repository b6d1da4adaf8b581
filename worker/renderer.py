"""The worker's side of the render process: starts it, hands it jobs, hears it, and kills and replaces it.

The model lives in a process of its own so that the event loop never waits for it and nothing it does (a crash, a leak,
a hang) can take the worker, its lease or its connection to Redis with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator, Mapping
from typing import Any

from i2v_core.errors import StartRefused
from i2v_core.jobs import VideoOptions
from worker.render_events import Cancelled, Message, Ready, Refused, RenderEvent, from_line, is_last

#: Seconds without a word after which a render process counts as hung. Models must report more often than this.
STALL_SECONDS = 30.0
#: Seconds a render process may take to load its model: real ones read gigabytes from slow disks.
START_SECONDS = 300.0
#: Seconds a cancelled render may take to stop by itself; it looks several times a second.
CANCEL_GRACE_SECONDS = 1.0
#: Not for a process that runs other people's models: it neither signs cookies nor speaks to Redis.
_WITHHELD = ("I2V_SECRET", "I2V_REDIS_URL")
#: numpy's BLAS would start a thread and a buffer per core at import; nothing here multiplies matrices.
_FRUGAL = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


class RenderDied(Exception):
    """The render process ended or fell silent in the middle of a job. The job can be tried again."""


class Renderer:
    """One render process, replaced whenever it dies or has to be killed. It takes one job at a time.

    `environment` (default: this process's) carries the settings to it.
    """

    def __init__(
        self,
        environment: Mapping[str, str] | None = None,
        *,
        stall_seconds: float = STALL_SECONDS,
        start_seconds: float = START_SECONDS,
    ) -> None:
        self._environment = environment
        self._stall_seconds = stall_seconds
        self._start_seconds = start_seconds
        self._child: _Child | None = None
        self._starting = asyncio.Lock()
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Process id of the render process, None while there is none."""
        return self._child.pid if self._child and self._child.alive else None

    async def start(self) -> Ready:
        """Start the render process unless it runs, and wait until its model is loaded.

        Raises `StartRefused` with its own words if it cannot start, `RenderDied` if it ends without any.
        """
        async with self._starting:
            child = self._child
            if child is None or not child.alive:
                child = self._child = await _Child.spawn(self._environment)
        return await child.ready(self._start_seconds)

    async def render(self, job_id: str, run: int, options: VideoOptions) -> AsyncGenerator[RenderEvent, None]:
        """Have one job rendered and yield what happens; the last event is `Done`, `Failed` or `Cancelled`.

        Closing the generator, or cancelling the task that reads it, cancels the render. Raises `RenderDied`; a new
        process is then already being started.
        """
        await self.start()
        child = self._child
        assert child is not None
        if child.busy:
            raise RuntimeError("a render process takes one job at a time")
        child.begin(job_id, run, options)
        try:
            while True:
                event = await child.next_event(self._stall_seconds)
                yield event
                if is_last(event):
                    return
        except RenderDied:
            await self._replace(child)
            raise
        finally:
            await self.cancel()  # nothing, if the job has ended

    async def cancel(self, grace: float = CANCEL_GRACE_SECONDS) -> None:
        """Give up the job that is being rendered, if any: ask; after `grace` seconds kill and replace the process."""
        child = self._child
        if child is not None and child.busy and not await child.cancel(grace):
            await self._replace(child)

    async def close(self) -> None:
        """End the render process: by closing its input, or by force if it does not follow."""
        self._closed = True
        if self._child is not None:
            await self._child.end()

    async def _replace(self, child: _Child) -> None:
        await child.kill()
        async with self._starting:
            if self._child is child and not self._closed:
                self._child = await _Child.spawn(self._environment)


class _Child:
    """One render process and what it has said."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._ready: asyncio.Future[Ready] = asyncio.get_running_loop().create_future()
        self._events: asyncio.Queue[RenderEvent | None] = asyncio.Queue()
        self._idle = asyncio.Event()
        self._idle.set()
        self._job: tuple[str, int] | None = None
        self._cancelling = False
        self._hearing = asyncio.create_task(self._hear(), name="render-process")

    @classmethod
    async def spawn(cls, environment: Mapping[str, str] | None) -> _Child:
        env = {k: v for k, v in (environment or os.environ).items() if k not in _WITHHELD} | _FRUGAL
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "worker.render",
            str(os.getpid()),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=env,
            limit=1 << 20,  # bytes a message may have: a failure's words come from other people's models
            start_new_session=True,  # Ctrl-C goes to the terminal's whole group; what it means is for the worker to say
        )
        return cls(process)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.returncode is None and not self._hearing.done()

    @property
    def busy(self) -> bool:
        return not self._idle.is_set()

    async def ready(self, seconds: float) -> Ready:
        try:
            async with asyncio.timeout(seconds):  # never wait_for: before 3.12 it can swallow a cancellation
                return await asyncio.shield(self._ready)
        except TimeoutError:
            await self.kill()
            raise RenderDied(f"the render process did not load its model within {seconds:g} s") from None

    def begin(self, job_id: str, run: int, options: VideoOptions) -> None:
        self._idle.clear()
        self._cancelling = False
        self._job = (job_id, run)
        self._events = asyncio.Queue()
        self._tell({"type": "render", "job": job_id, "run": run, "options": options.to_dict()})

    async def next_event(self, stall_seconds: float) -> RenderEvent:
        try:
            async with asyncio.timeout(stall_seconds):
                event = await self._events.get()
        except TimeoutError:
            raise RenderDied(f"the render process said nothing for {stall_seconds:g} s") from None
        if event is not None:
            return event
        if self._cancelling and self._job is not None:
            return Cancelled(*self._job)  # it was killed because it did not stop by itself
        code = await self._process.wait()
        raise RenderDied(f"the render process ended with {_how_it_ended(code)}")

    async def cancel(self, grace: float) -> bool:
        """Whether it stopped by itself within `grace` seconds."""
        assert self._job is not None
        self._cancelling = True
        self._tell({"type": "cancel", "job": self._job[0]})
        try:
            async with asyncio.timeout(grace):
                await self._idle.wait()
        except TimeoutError:
            return False
        return self.alive

    async def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2):  # it only has to notice the end of its input
                await self._process.wait()
        await self.kill()

    async def kill(self) -> None:
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)  # its own session: also whatever a model started
        await self._process.wait()
        with contextlib.suppress(asyncio.CancelledError):
            await self._hearing

    def _tell(self, command: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        if not self._process.stdin.is_closing():
            self._process.stdin.write(json.dumps(command).encode() + b"\n")

    async def _hear(self) -> None:
        assert self._process.stdout is not None
        try:
            while line := await self._process.stdout.readline():
                self._take(from_line(line))
        except ValueError:
            with contextlib.suppress(ProcessLookupError):  # no longer speaks our language: as good as dead
                os.killpg(self._process.pid, signal.SIGKILL)
        finally:
            if not self._ready.done():
                self._ready.set_exception(RenderDied("the render process ended before its model was loaded"))
                self._ready.exception()  # seen: nobody may be waiting for it
            self._events.put_nowait(None)
            self._idle.set()

    def _take(self, message: Message) -> None:
        if isinstance(message, Ready):
            if not self._ready.done():
                self._ready.set_result(message)
        elif isinstance(message, Refused):
            if not self._ready.done():
                self._ready.set_exception(StartRefused(message.message))
                self._ready.exception()
        elif (message.job, message.run) == self._job:
            self._events.put_nowait(message)
            if is_last(message):
                self._idle.set()


def _how_it_ended(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
