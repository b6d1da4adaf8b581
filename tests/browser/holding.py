"""Keeps the model or a page's clock from going on, so that what lasts a moment can be looked at for as long as that takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil
from playwright.sync_api import Page

from tests.browser.visiting import Server
from tests.conftest import wait_until


@contextmanager
def held(server: Server) -> Iterator[None]:
    """Until the block ends the server's model stands still, and what is being made, or begins to be, with it."""
    models: list[psutil.Process] = []
    wait_until(lambda: models.extend(models_of(server)) or models, what="a process of the model")
    for model in models:
        model.suspend()
    try:
        yield
    finally:
        for model in models:
            with suppress(psutil.NoSuchProcess):  # what was cancelled meanwhile is stopped with it
                model.resume()


def models_of(server: Server) -> list[psutil.Process]:
    assert server.process
    found = []
    for child in psutil.Process(server.process.pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if "worker.render" in " ".join(child.cmdline()):
                found.append(child)
    return found


def stop_the_clock(page: Page) -> None:
    """From now on no timer of the page runs out but by `page.clock.fast_forward`, until `page.clock.resume`."""
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 5)
