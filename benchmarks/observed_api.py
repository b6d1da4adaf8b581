"""`i2v api` as it is served, which tells what it holds when it gets SIGUSR1: for benchmarks/subscribers.py.

The figures are written to the file named in I2V_BENCH_OBSERVED, as JSON: tasks, mailboxes of the hub, watched jobs; objects
that were frozen, all that the garbage collector has found so far, how often it looked at everything, and when it does. With
SIGUSR2 it looks at everything first.
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
from functools import partial
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
        # Now: what is frozen later is not found any more.
        hub = next((thing for thing in gc.get_objects() if isinstance(thing, ProgressHub)), None)

        def tell(*, collect: bool) -> None:
            if collect:
                gc.collect()
            _tell(hub)

        async def observed_app(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "lifespan":
                loop = asyncio.get_running_loop()
                loop.add_signal_handler(signal.SIGUSR1, partial(tell, collect=False))
                loop.add_signal_handler(signal.SIGUSR2, partial(tell, collect=True))
            await app(scope, receive, send)

        return observed_app

    return factory


def _tell(hub: ProgressHub | None) -> None:
    stats = gc.get_stats()
    figures = {
        "tasks": len(asyncio.all_tasks()),
        **(hub.sizes() if hub else {}),
        "frozen": gc.get_freeze_count(),
        "garbage": sum(generation["collected"] for generation in stats),
        "full_collections": stats[2]["collections"],
        "threshold": gc.get_threshold()[0],
    }
    path = Path(os.environ["I2V_BENCH_OBSERVED"])
    path.with_suffix(".new").write_text(json.dumps(figures))
    path.with_suffix(".new").replace(path)


if __name__ == "__main__":
    settings = load_settings()
    made = observed(create_plain_app if sys.argv[1:] == ["plain"] else create_app)
    sys.exit(serve(made, settings, listen(settings.host, settings.port), factory=True))
