"""`i2v api` as it is served, which tells what it holds when it gets SIGUSR1: for benchmarks/subscribers.py.

The figures are written to the file named in I2V_BENCH_OBSERVED, as JSON: tasks, mailboxes of the hub, watched jobs.
`plain` as argument serves the plain subscription of benchmarks/plain_api.py instead, in the same way.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from benchmarks.plain_api import create_plain_app
from graphql_api.app import create_app
from i2v_cli.listening import listen
from i2v_cli.serving import serve
from i2v_core.progress import ProgressHub
from i2v_core.settings import load_settings


def observed(create: Callable[[], ASGIApp]) -> Callable[[], ASGIApp]:
    """The factory of the same app, with an ear for the signal."""

    def factory() -> ASGIApp:
        app = create()

        async def observed_app(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "lifespan":
                asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, _tell)
            await app(scope, receive, send)

        return observed_app

    return factory


def _tell() -> None:
    gc.collect()
    (hub,) = [thing for thing in gc.get_objects() if isinstance(thing, ProgressHub)] or [None]
    figures = {"tasks": len(asyncio.all_tasks())} | (dict(hub.sizes()) if hub else {})
    path = Path(os.environ["I2V_BENCH_OBSERVED"])
    path.with_suffix(".new").write_text(json.dumps(figures))
    path.with_suffix(".new").replace(path)


if __name__ == "__main__":
    settings = load_settings()
    made = observed(create_plain_app if sys.argv[1:] == ["plain"] else create_app)
    sys.exit(serve(made, settings, listen(settings.host, settings.port), factory=True))
