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
