"""Deleting: with a way back for a while, and meant by who leaves."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.elsewhere import jobs_of, look_elsewhere
from tests.browser.holding import held, stop_the_clock
from tests.browser.visiting import Server, add, open_page
from tests.conftest import wait_until


def test_deleted_ones_come_back_together(page: Page, server: Server) -> None:
    _two_cancelled(page, server)

    page.get_by_role("button", name="Delete coffee.png").click()
    expect(page.get_by_role("button", name="Delete chelsea.png")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing here yet")).to_be_visible()
    expect(page.get_by_text("Deleted 2 pictures")).to_be_visible()
    page.keyboard.press("Control+z")

    expect(page.locator("[data-job]")).to_have_count(2)
    expect(page.get_by_text("Deleted 2 pictures")).to_have_count(0)
    page.get_by_role("button", name="Delete chelsea.png").press("Enter")
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.get_by_role("button", name="Delete chelsea.png")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Dismiss").press("Enter")
    expect(page.get_by_role("heading", name="Your videos")).to_be_focused()


def test_deleted_is_deleted_once_the_offer_is_over(page: Page, server: Server) -> None:
    _two_cancelled(page, server)
    stop_the_clock(page)
    page.get_by_role("button", name="Delete coffee.png").click()
    page.get_by_role("button", name="Undo").hover()
    page.clock.run_for(20_000)
    expect(page.get_by_role("button", name="Undo")).to_be_visible()

    page.mouse.move(5, 5)
    page.clock.run_for(7_000)
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    wait_until(lambda: _jobs(page) == ["chelsea.png"], what="the deletion")


def test_who_leaves_does_not_want_it_back(page: Page, server: Server) -> None:
    _two_cancelled(page, server)
    page.get_by_role("button", name="Delete coffee.png").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()

    page.goto(f"{server.url}/healthz")

    again = open_page(page.context, server)
    wait_until(lambda: _jobs(again) == ["chelsea.png"], what="the deletion")


def test_who_looks_elsewhere_does_not_want_it_back(page: Page, server: Server) -> None:
    _two_cancelled(page, server)
    page.get_by_role("button", name="Delete coffee.png").click()
    page.get_by_role("button", name="Undo").hover()  # the clock stands still

    look_elsewhere(page)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    wait_until(lambda: _jobs(page) == ["chelsea.png"], what="the deletion")
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)


def _two_cancelled(page: Page, server: Server) -> None:
    with held(server):
        add(page, "astronaut.png", "chelsea.png", "coffee.png")
        expect(page.locator("[data-job]")).to_have_count(3, timeout=20_000)
        for name in ("coffee.png", "chelsea.png"):
            page.get_by_role("button", name=f"Cancel {name}").click()
        expect(page.locator("[data-state=CANCELLED]")).to_have_count(2)
    page.get_by_role("button", name="Delete astronaut.png").click()
    page.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    wait_until(lambda: len(_jobs(page)) == 2, what="the first deletion")


def _jobs(page: Page) -> list[str]:
    """The names of the viewer's jobs, as the server has them."""
    return [job["name"] for job in jobs_of(page.request, page.url)]
