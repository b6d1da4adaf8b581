"""`i2v up`: everything on one machine: an embedded Redis, one worker and one web process, started and stopped in order.

SIGINT, SIGTERM and SIGHUP all stop it the same way: the worker puts its job back (it keeps its attempt), the web
process says goodbye, and Redis writes what it has. No draining on SIGTERM as a lone `i2v worker` does: whoever stops
`up` stops the Redis that a drained job would be reported to, and wants the machine back.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from i2v_cli.child import Child, Command, said
from i2v_cli.data_folder import held
from i2v_cli.embedded_redis import EmbeddedRedis
from i2v_cli.listening import listen
from i2v_cli.readiness import until_answers
from i2v_core.errors import StartRefused
from i2v_core.logs import configure_logging, get_logger
from i2v_core.settings import Settings, load_settings

log = get_logger("up")

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
#: Seconds to put a job back, and to end the page's connections, before SIGKILL. Both take well under one.
_STOP_SECONDS = 5.0


def run() -> int:
    """Serve until told to stop. The exit code; raises `StartRefused` before anything was started."""
    settings = load_settings()
    configure_logging(settings)
    with ExitStack() as stack:
        folder = stack.enter_context(held(settings.data_dir))
        listening = stack.enter_context(listen(settings.host, settings.port))
        redis = None if settings.redis_url else EmbeddedRedis(folder)
        if redis:
            redis.prepare()
        return asyncio.run(_Supervisor(settings, folder, listening, redis).run())


class _Supervisor:
    def __init__(self, settings: Settings, folder: Path, listening: socket.socket, redis: EmbeddedRedis | None) -> None:
        self._settings = settings
        self._redis = redis
        self._listening = listening
        self._env = {**os.environ, "I2V_DATA_DIR": str(folder)}
        if redis:
            self._env["I2V_REDIS_URL"] = redis.url
        self._children: list[Child] = []
        self._asked_to_stop = asyncio.Event()
        self._hurry = asyncio.Event()

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for which in _STOPPING:
            loop.add_signal_handler(which, self._on_signal)
        starting = asyncio.create_task(self._start())
        stopping = asyncio.create_task(self._asked_to_stop.wait())
        try:
            await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()
                where = self._settings.own_url
                print(f"i2v is ready: {where}  (Ctrl-C stops it and loses nothing)", flush=True)
                await stopping
            return 0
        finally:
            starting.cancel()
            stopping.cancel()
            await asyncio.gather(starting, return_exceptions=True)
            await self._stop()

    async def _start(self) -> None:
        if self._redis:
            await self._redis.start(self._env)
            log.info("redis_ready", server=str(self._redis.server), folder=str(self._redis.folder))
        own = (sys.executable, "-m", "i2v_cli")
        fd = self._listening.fileno()
        web = Command("web", (*own, "web", "--fd", str(fd)), signal.SIGTERM, _STOP_SECONDS, pass_fds=(fd,))
        worker = Command("worker", (*own, "worker"), signal.SIGINT, _STOP_SECONDS)
        self._children = [Child(command, self._env) for command in (web, worker)]
        for child in self._children:
            await child.start()
        await self._until_ready()

    async def _until_ready(self) -> None:
        """Wait until the page can be used. Raises `StartRefused` for a child that gave up: it would do so again."""
        ready = asyncio.create_task(until_answers(self._settings.host, self._settings.port, "/readyz"))
        try:
            what_may_happen: list[asyncio.Future[Any]] = [ready, *(child.first_exit for child in self._children)]
            await asyncio.wait(what_may_happen, return_when=asyncio.FIRST_COMPLETED)
            for child in self._children:
                if child.first_exit.done() and (code := child.first_exit.result()) > 0:
                    raise StartRefused(f"The {child.command.name} process could not start ({said(code)}); see above.")
            await ready
            for child in self._children:
                child.settled = True
        finally:
            ready.cancel()

    def _on_signal(self) -> None:
        if self._asked_to_stop.is_set():
            log.warning("stopping_now", reason="asked a second time")
            self._hurry.set()
        else:
            log.info("stopping")
            self._asked_to_stop.set()

    async def _stop(self) -> None:
        # The worker first, while Redis and the page are there to take the job back and to show it.
        for child in reversed(self._children):
            await child.stop(self._hurry)
        if self._redis and self._redis.child:
            await self._redis.child.stop(self._hurry)
        log.info("stopped")
