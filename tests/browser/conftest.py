"""A real server, started as a user starts it, and Debian's Chromium as its visitor."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.line import empty_the_line
from tests.browser.visiting import CHROMIUM_ARGS, ROOT, Server, chromium, open_page, running_server

#: Milliseconds for what has no bound of its own: behind it may be a decoder's or a model's start on a busy machine.
expect.set_options(timeout=20_000)


@pytest.hookimpl(trylast=True)  # pytest itself groups tests by parameters of wide fixtures, which the browser's name is
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: Playwright keeps an event loop running, which tests that bring their own cannot stand."""
    for item in items:
        if _is_browser_test(item):
            item.add_marker(pytest.mark.browser)
    items.sort(key=_is_browser_test)


def _is_browser_test(item: pytest.Item) -> bool:
    return "/tests/browser/" in item.path.as_posix()


@pytest.fixture(scope="session")
def built_page() -> None:
    """The page, built from the sources as they are."""
    subprocess.run([sys.executable, "-m", "i2v_app.build"], cwd=ROOT, check=True)


@pytest.fixture(scope="session")
def server(built_page: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests that do not stop it. Every test is a viewer of its own."""
    with running_server(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="session")
def _unsteady_server(built_page: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("unsteady"), I2V_MODEL_SECONDS="4") as server:
        yield server


@pytest.fixture
def unsteady_server(_unsteady_server: Server) -> Server:
    """One that tests may stop and start again; it runs."""
    if _unsteady_server.process is None or _unsteady_server.process.poll() is not None:
        _unsteady_server.start()
    return _unsteady_server


@pytest.fixture(autouse=True)
def nobody_is_left_in_line(request: pytest.FixtureRequest) -> Iterator[None]:
    """The line is everybody's: what a test leaves in it would be in front of the next one's pictures."""
    shared = {"server", "unsteady_server"} & set(request.fixturenames)
    servers: list[Server] = [request.getfixturevalue(name) for name in shared]
    yield
    for server in servers:
        if server.process and server.process.poll() is None:
            empty_the_line(server)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Chromium as the system has it."""
    found = chromium()
    if not found and os.environ.get("CI") == "true":
        pytest.fail("The browser tests need Chromium: apt-get install chromium, or set I2V_CHROMIUM to its path.")
    if not found:
        pytest.skip("no Chromium here: apt-get install chromium, or set I2V_CHROMIUM to its path")
    return {**browser_type_launch_args, "executable_path": found, "args": CHROMIUM_ARGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Without the service worker: Playwright sees no request of a page that has one. test_offline.py is with it."""
    return {**browser_context_args, "service_workers": "block"}


@pytest.fixture
def page(context: BrowserContext, server: Server) -> Page:
    """The page as a new viewer opens it, at the size of a laptop."""
    return open_page(context, server)
