"""The gallery as a visitor opens it, and what is found in it."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.seeding import seed, viewer_of
from tests.browser.visiting import Server


def open_gallery(page: Page, server: Server, names: list[str], query: str = "", **how: object) -> Page:
    """With jobs of these names for this visitor, as `seed` takes them."""
    seed(server, viewer_of(page.context), names, **how)  # type: ignore[arg-type]
    page.goto(f"{server.url}/gallery{query}")
    expect(page.locator(".gallery[data-ready]")).to_be_visible()
    return page


def names(page: Page) -> Locator:
    """The names on the tiles."""
    return page.locator(".tile-name")


def tile(page: Page, name: str) -> Locator:
    """The tile of this name."""
    return page.locator(".tile").filter(has=page.locator(".tile-name", has_text=name))


def stop_the_clock(page: Page) -> None:
    """What is to happen after a while does not happen before the test wants it, however slow the machine."""
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now() + 60_000"))
