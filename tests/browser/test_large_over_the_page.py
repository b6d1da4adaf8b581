"""The video large lies over the page: what it is opened from, gone through and closed to, and what it says where there is no video."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, Request, expect

from i2v_core.jobs import JobState
from tests.browser.accessibility import assert_accessible
from tests.browser.seeding import seed, viewer_of
from tests.browser.visiting import Server


def test_closing_it_leaves_the_page_as_it_was(context: BrowserContext, page: Page, server: Server) -> None:
    seed(server, viewer_of(context), [f"{number:02}.jpg" for number in range(30)])
    page.reload()
    page.get_by_role("button", name="Show older").click()
    expect(page.locator("[data-job]")).to_have_count(30)
    link = page.get_by_role("link", name="Watch 28.jpg large")
    link.scroll_into_view_if_needed()
    before = page.evaluate("[scrollY, history.length]")

    for _ in range(2):  # the second time as the first
        link.click()
        expect(page.get_by_role("dialog", name="28.jpg", exact=True)).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(".viewer")).to_have_count(0)
        expect(link).to_be_focused()
        assert page.evaluate("[scrollY, history.length]") == [before[0], before[1] + 1], "one step, and no other place"
    expect(page.locator("[data-job]")).to_have_count(30)


def test_it_lies_over_the_gallery_as_well_and_closing_it_leads_back(
    context: BrowserContext, page: Page, server: Server
) -> None:
    seed(server, viewer_of(context), [f"{number:02}.jpg" for number in range(40)])
    page.goto(f"{server.url}/gallery?search=jpg")
    expect(page.locator(".gallery[data-ready]")).to_be_visible()
    tile = page.locator(".tile", has_text="35.jpg")
    page.evaluate("scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' })")
    tile.scroll_into_view_if_needed()
    before = page.evaluate("[scrollY, location.search]")

    tile.get_by_role("link").click()
    expect(page.get_by_role("dialog", name="35.jpg", exact=True)).to_be_visible()
    expect(page).to_have_title("35.jpg · i2v")
    page.keyboard.press("Escape")

    expect(page.locator(".viewer")).to_have_count(0)
    expect(page).to_have_title("All videos · i2v")
    expect(tile.get_by_role("link")).to_be_focused()
    assert page.evaluate("[scrollY, location.search]") == before


def test_the_focus_stays_on_the_button_that_leads_on(context: BrowserContext, page: Page, server: Server) -> None:
    ids = seed(server, viewer_of(context), ["a.jpg", "b.jpg", "c.jpg", "d.jpg"])
    asked = _questions(page, "jobs(first: 100")
    page.goto(f"{server.url}/?watch={ids['b.jpg']}")
    expect(page.get_by_role("button", name="Next video")).to_be_enabled()
    page.get_by_role("button", name="Next video").focus()

    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="c.jpg", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Next video")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="d.jpg", exact=True)).to_be_focused()  # it is the last
    assert len(asked) == 1, "the neighbours are read once, not with every step"


@pytest.mark.parametrize(
    ("state", "said", "fix"),
    [
        (JobState.FAILED, "Das Bild ist nicht mehr auf dem Server.", "Bitte noch einmal hinzufügen."),
        (JobState.CANCELLED, "Abgebrochen. Es entstand kein Video.", "Mit „Noch eines machen“ entsteht es neu."),
    ],
)
def test_why_there_is_none_is_said_in_the_readers_language(
    context: BrowserContext, page: Page, server: Server, state: JobState, said: str, fix: str
) -> None:
    ids = seed(server, viewer_of(context), ["meer.jpg"], states={"meer.jpg": state})
    page.evaluate("localStorage.language = 'de'")
    page.goto(f"{server.url}/?watch={ids['meer.jpg']}")

    viewer = page.get_by_role("dialog", name="meer.jpg", exact=True)
    expect(viewer.locator(".player-trouble")).to_contain_text(said)
    expect(viewer.locator(".player-trouble")).to_contain_text(fix)
    assert_accessible(page, state.value)
    troubles: list[Exception] = []
    page.on("pageerror", lambda error: troubles.append(error))
    page.keyboard.press("c")  # there is nothing to compare
    assert page.evaluate("1 + 1") == 2
    assert troubles == []


def _questions(page: Page, part: str) -> list[Request]:
    """The requests from now on that have this in their body."""
    asked: list[Request] = []
    page.on("request", lambda request: part in (request.post_data or "") and asked.append(request))
    return asked
