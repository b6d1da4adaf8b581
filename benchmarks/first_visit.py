"""What a person's browser does for the page: a first visit, an update among a hundred cards, a gallery of two thousand.

Chromium on the server's own machine. Every first visit is a browser's that has stored nothing. A long task is one of the page's
own thread that takes 50 ms or more (the Long Tasks API): meanwhile nothing moves and no key is heard.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.seeding import seed, viewer_of
from tests.browser.visiting import CHROMIUM_ARGS, Server, add, chromium, running_server

#: Visits, and those before them that are not counted.
VISITS, WARM_UP = 10, 2
#: Milliseconds in which what comes after "usable" is counted into the bytes.
REST = 800
CARDS, GALLERY = 100, 2000
#: Seconds in the model of each of the two videos that are made beside the hundred cards.
MODEL_SECONDS = 10
#: How far the gallery is scrolled, in screens, and the milliseconds between two.
SCREENS, SCROLL_PAUSE = 40, 100
#: All tasks of 50 ms and more, in milliseconds.
_LONG_TASKS = """
window.longTasks = [];
new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((task) => task.duration)))
  .observe({ type: 'longtask', buffered: true });
"""
#: The server has said how long the wait is, and that there are no videos yet: everything answers from then on.
_USABLE = """() => document.querySelector('.wait') && !document.querySelector('.wait .coming')
  && document.querySelector('.empty p') && !document.querySelector('.empty p').textContent.includes('Looking')"""


@dataclass(frozen=True)
class Visit:
    """One first visit: milliseconds to the first words and until it is usable, bytes over the wire, and long tasks."""

    words: float
    usable: float
    bytes: float
    long_tasks: list[float]


async def main() -> None:
    """Print the three tables."""
    await asyncio.to_thread(_measure)  # the helpers of the browser tests are synchronous


def _measure() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder), I2V_MODEL_SECONDS=str(MODEL_SECONDS)) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGS)
        _first_visits(browser, server)
        _updates(browser, server)
        _gallery(browser, server)
        browser.close()


def _first_visits(browser: Browser, server: Server) -> None:
    visits = [_visit(browser, server) for _ in range(WARM_UP + VISITS)][WARM_UP:]
    print(f"\n| first visit, {VISITS} times | median | worst |\n|---|---|---|")
    for what, values in (
        ("first words, s", [visit.words / 1000 for visit in visits]),
        ("usable, with what the server says, s", [visit.usable / 1000 for visit in visits]),
    ):
        print(f"| {what} | {statistics.median(values):.2f} | {max(values):.2f} |")
    kilobytes = [visit.bytes / 1000 for visit in visits]
    print(f"| over the wire, kB | {statistics.median(kilobytes):.0f} | {max(kilobytes):.0f} |")
    print(f"| long tasks | {_tasks([task for visit in visits for task in visit.long_tasks])} | |", flush=True)


def _visit(browser: Browser, server: Server) -> Visit:
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    received: list[float] = []
    network.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.add_init_script(_LONG_TASKS)
    began = time.monotonic()
    page.goto(server.url, wait_until="commit")
    page.wait_for_function(_USABLE, polling=10)
    usable = 1000 * (time.monotonic() - began)
    page.wait_for_timeout(REST)
    words = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    visit = Visit(words, usable, sum(received), page.evaluate("longTasks"))
    context.close()
    return visit


def _updates(browser: Browser, server: Server) -> None:
    """Two videos are made while a hundred cards are shown."""
    page = _page_of_somebody_with(browser, server, CARDS)
    while page.locator("[data-job]").count() < CARDS:
        shown = page.locator("[data-job]").count()
        page.get_by_role("button", name="Show older").click()
        page.wait_for_function("(shown) => document.querySelectorAll('[data-job]').length > shown", arg=shown)
    page.wait_for_timeout(REST)
    _forget_tasks(page)
    began = time.monotonic()
    add(page, "coffee.png", "chelsea.png")
    for name in ("coffee.png", "chelsea.png"):
        page.locator("[data-job][data-state=COMPLETED]", has_text=name).first.wait_for(timeout=120_000)
    page.wait_for_timeout(REST)
    seconds = time.monotonic() - began
    print(f"\n| {CARDS} cards, two videos made, {seconds:.0f} s | |\n|---|---|")
    print(f"| long tasks | {_tasks(page.evaluate('longTasks'))} |", flush=True)
    page.context.close()


def _gallery(browser: Browser, server: Server) -> None:
    page = _page_of_somebody_with(browser, server, GALLERY)
    page.goto(f"{server.url}/gallery")
    page.locator(".gallery[data-ready]").wait_for()
    page.wait_for_timeout(REST)
    opening = page.evaluate("longTasks")
    _forget_tasks(page)
    page.mouse.move(400, 500)
    for _ in range(SCREENS):
        page.mouse.wheel(0, 900)
        page.wait_for_timeout(SCROLL_PAUSE)
    page.wait_for_timeout(REST)
    print(f"\n| a gallery of {GALLERY:,} | long tasks |\n|---|---|")
    print(f"| opening | {_tasks(opening)} |")
    print(f"| scrolling {SCREENS} screens | {_tasks(page.evaluate('longTasks'))} |", flush=True)
    page.context.close()


def _page_of_somebody_with(browser: Browser, server: Server, videos: int) -> Page:
    context = browser.new_context(locale="en-GB", viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(server.url)
    page.wait_for_function(_USABLE)
    seed(server, viewer_of(context), [f"picture {number}.png" for number in range(videos)])
    page.add_init_script(_LONG_TASKS)
    page.reload()
    page.locator("[data-job]").first.wait_for()
    return page


def _forget_tasks(page: Page) -> None:
    page.evaluate("longTasks.length = 0")


def _tasks(durations: list[Any]) -> str:
    return f"{len(durations)}, the longest {max(durations):.0f} ms" if durations else "none"
