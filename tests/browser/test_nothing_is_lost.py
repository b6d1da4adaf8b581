"""Reload, a second tab, a restart of the server: the page always comes back to what is true."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.visiting import Server, add, open_page


def test_a_reload_shows_the_same_cards(page: Page) -> None:
    add(page, "astronaut.png", "chelsea.png")
    expect(page.locator("[data-job]")).to_have_count(2)

    page.reload()

    expect(page.locator("[data-job]")).to_have_count(2)
    expect(page.locator("[data-state=COMPLETED]")).to_have_count(2, timeout=20_000)


def test_a_second_tab_follows_without_being_asked(context: BrowserContext, page: Page, server: Server) -> None:
    other = open_page(context, server)

    add(page, "coffee.png")

    expect(other.get_by_role("listitem", name="coffee.png")).to_be_visible()
    expect(other.locator("[data-state=COMPLETED]")).to_have_count(1, timeout=20_000)
    page.get_by_role("button", name="Delete coffee.png").click()
    page.get_by_role("button", name="Dismiss").click()  # nobody wants it back
    expect(other.get_by_role("listitem", name="coffee.png")).to_have_count(0)


def test_another_viewer_sees_none_of_it(page: Page, server: Server) -> None:
    add(page, "coffee.png")
    expect(page.locator("[data-job]")).to_have_count(1)
    assert page.context.browser
    stranger = page.context.browser.new_context()

    theirs = open_page(stranger, server)

    expect(theirs.get_by_text("Nothing here yet")).to_be_visible()
    stranger.close()


def test_a_restart_of_the_server_is_told_and_survived(context: BrowserContext, unsteady_server: Server) -> None:
    page = open_page(context, unsteady_server)
    add(page, "astronaut.png", "chelsea.png")
    expect(page.locator("[data-state=PROCESSING]")).to_have_count(1)

    cards = page.locator("[data-job]").element_handles()

    unsteady_server.stop()
    expect(page.get_by_text("The pictures that have arrived are safe; reconnecting")).to_be_visible()
    unsteady_server.start()

    expect(page.get_by_text("The pictures that have arrived are safe; reconnecting")).to_have_count(0, timeout=20_000)
    expect(page.locator("[data-job]")).to_have_count(2)
    expect(page.locator("[data-state=COMPLETED]")).to_have_count(2, timeout=30_000)
    assert all(card.evaluate("c => c.isConnected") for card in cards), "no card went away and came back"
