"""Deleting in the gallery has a way back: by keyboard, over a large video too, and for as long as somebody looks."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect

from tests.browser.holding import stop_the_clock
from tests.browser.keeping import names, open_gallery, tile
from tests.browser.visiting import Server
from tests.conftest import wait_until


@pytest.mark.parametrize("left", [["a.jpg", "c.jpg"], []])
def test_after_undoing_one_goes_on_by_keyboard(page: Page, server: Server, left: list[str]) -> None:
    open_gallery(page, server, ["a.jpg", "b.jpg", "c.jpg"] if left else ["b.jpg"])
    stop_the_clock(page)
    tile(page, "b.jpg").locator("a").press("Space")
    page.keyboard.press("Delete")
    expect(names(page)).to_have_text(left)

    page.get_by_role("button", name="Undo").press("Enter")

    expect(tile(page, "b.jpg")).to_be_visible()
    expect(tile(page, "c.jpg" if left else "b.jpg").locator("a")).to_be_focused()


def test_the_way_back_lies_over_a_large_video_too(page: Page, server: Server) -> None:
    open_gallery(page, server, ["a.jpg", "b.jpg"])
    stop_the_clock(page)
    viewer = page.get_by_role("dialog", name="a.jpg", exact=True)

    _delete_and_watch(page, "b.jpg", "a.jpg")
    viewer.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    expect(viewer).to_be_focused()
    page.keyboard.press("Escape")
    expect(names(page)).to_have_text(["a.jpg", "b.jpg"])

    _delete_and_watch(page, "b.jpg", "a.jpg")
    page.keyboard.press("Control+z")
    expect(viewer.get_by_role("button", name="Undo")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(names(page)).to_have_text(["a.jpg", "b.jpg"])

    # Its time goes on when what it was shown over is closed, though nobody has turned from it.
    _delete_and_watch(page, "b.jpg", "a.jpg")
    viewer.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Escape")
    expect(page.locator(".gallery").get_by_role("button", name="Undo")).to_be_visible()
    page.clock.fast_forward(8000)
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)


def _delete_and_watch(page: Page, unwanted: str, watched: str) -> None:
    tile(page, unwanted).locator("a").press("Space")
    page.keyboard.press("Delete")
    expect(tile(page, unwanted)).to_have_count(0)
    tile(page, watched).locator("a").click()
    expect(page.get_by_role("dialog", name=watched, exact=True)).to_be_visible()


def test_who_looks_elsewhere_does_not_want_them_back(page: Page, server: Server) -> None:
    """A phone ends a page that nobody sees without a word to it."""
    open_gallery(page, server, ["a.jpg", "b.jpg", "c.jpg"])
    stop_the_clock(page)
    tile(page, "b.jpg").locator("a").press("Space")
    page.keyboard.press("Delete")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()

    page.evaluate(_LOOK_ELSEWHERE)

    wait_until(lambda: _kept(page) == ["a.jpg", "c.jpg"], what="the deletion")
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    expect(names(page)).to_have_text(["a.jpg", "c.jpg"])


def _kept(page: Page) -> list[str]:
    """The names of the viewer's jobs, as the server has them."""
    answer = page.request.post(
        urljoin(page.url, "/graphql"), data={"query": "{ jobs(first: 100) { edges { node { name } } } }"}
    )
    return [edge["node"]["name"] for edge in answer.json()["data"]["jobs"]["edges"]]


_LOOK_ELSEWHERE = """() => {
  Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });
  document.dispatchEvent(new Event('visibilitychange'));
}"""
