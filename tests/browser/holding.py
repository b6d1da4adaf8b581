"""The model, held where it is: what is there for two seconds alone can be looked at for as long as it takes."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from tests.browser.visiting import Server


@contextmanager
def held(server: Server) -> Iterator[None]:
    """Until the block ends the server's models stand still: what is being made stays as far as it is, and nothing new gets further."""
    models = _models(server)
    for model in models:
        model.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for model in models:
            if model.is_running():
                model.send_signal(signal.SIGCONT)


def _models(server: Server) -> list[psutil.Process]:
    assert server.process
    children = psutil.Process(server.process.pid).children(recursive=True)
    found = [child for child in children if "worker.render" in " ".join(child.cmdline())]
    assert found, "no process of the model"
    return found
