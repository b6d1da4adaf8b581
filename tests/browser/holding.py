"""Keeps the model from going on, so that a state that lasts two seconds can be looked at for as long as that takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

from tests.browser.visiting import Server
from tests.conftest import wait_until


@contextmanager
def held(server: Server) -> Iterator[None]:
    """Until the block ends the server's model stands still, and what is being made, or begins to be, with it."""
    models: list[psutil.Process] = []
    wait_until(lambda: models.extend(_models(server)) or models, what="a process of the model")
    for model in models:
        model.suspend()
    try:
        yield
    finally:
        for model in models:
            with suppress(psutil.NoSuchProcess):  # what was cancelled meanwhile is stopped with it
                model.resume()


def _models(server: Server) -> list[psutil.Process]:
    assert server.process
    found = []
    for child in psutil.Process(server.process.pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if "worker.render" in " ".join(child.cmdline()):
                found.append(child)
    return found
