"""Older cards that were asked for: they stay, wherever one goes and whatever the server has forgotten."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.seeding import seed, viewer_of
from tests.browser.visiting import Server


def test_older_ones_that_were_shown_stay(context: BrowserContext, page: Page, server: Server) -> None:
    seed(server, viewer_of(context), [f"older-{number:02}.jpg" for number in range(60)])
    cards, older = page.locator("[data-job]"), page.get_by_role("button", name="Show older ones")
    page.reload()
    older.click()
    expect(cards).to_have_count(48)

    page.reload()
    expect(cards).to_have_count(48)
    page.get_by_role("link", name="About and privacy").click()
    expect(page).to_have_title("About · i2v")
    page.go_back()
    expect(cards).to_have_count(48)
    # A server that was restarted knows nothing of the tab, nor does one that never saw it.
    page.evaluate("sessionStorage.setItem('token', crypto.randomUUID())")
    page.reload()
    expect(cards).to_have_count(48)

    older.click()
    expect(cards).to_have_count(60)
    expect(older).to_have_count(0)
