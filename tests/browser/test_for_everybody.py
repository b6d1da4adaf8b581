"""The page with a keyboard alone, on a phone, in both colour schemes, and for screen readers."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, FileChooser, Page, expect

from i2v_app.build import BUILT
from tests.browser.accessibility import assert_accessible
from tests.browser.holding import held
from tests.browser.visiting import ROOT, Server, add, open_page
from tests.conftest import PICTURES, wait_until

_BACKGROUND = "getComputedStyle(document.body).backgroundColor"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_state_of_the_page_has_an_axe_violation(page: Page, server: Server, tmp_path: Path, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page.reload()  # as someone with that scheme opens it; the change itself takes a moment
    expect(page.get_by_text("Nothing here yet")).to_be_visible()
    assert_accessible(page, "empty")

    with held(server):
        add(page, "astronaut.png", "chelsea.png", "coffee.png")
        expect(page.locator("[data-job]")).to_have_count(3)
        expect(page.locator("[data-state=QUEUED]")).to_have_count(2)
        expect(page.locator("[data-state=PROCESSING]")).to_have_count(1)
        _lose_the_picture(page, server, "coffee.png")
        assert_accessible(page, "waiting and processing")

    expect(page.locator("[data-state=COMPLETED]")).to_have_count(2, timeout=60_000)
    expect(page.locator("[data-state=FAILED]")).to_have_count(1, timeout=60_000)
    text = tmp_path / "note.jpg"
    text.write_text("no picture")
    add(page, text)
    expect(page.locator("[data-state=refused]")).to_have_count(1)
    assert_accessible(page, "done, failed and refused")

    page.get_by_role("button", name="Delete coffee.png").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    assert_accessible(page, "deleted, with a way back")


def test_the_whole_way_with_the_keyboard_alone(page: Page) -> None:
    choosers: list[FileChooser] = []
    page.on("filechooser", lambda chooser: choosers.append(chooser))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to your videos")).to_be_focused()
    _tab_to(page, "Choose pictures")
    page.keyboard.press("Enter")
    wait_until(lambda: page.evaluate("true") and choosers, what="the file dialog")
    choosers[0].set_files(str(ROOT / "tests" / "pictures" / "coffee.png"))
    expect(page.locator(".player")).to_have_attribute("data-phase", "playing", timeout=20_000)

    _tab_to(page, "Pause coffee.png")
    page.keyboard.press("Space")
    expect(page.locator(".player")).to_have_attribute("data-phase", "paused")
    at = page.locator("video").evaluate("v => v.currentTime")
    page.keyboard.press("ArrowRight")
    wait_until(lambda: page.locator("video").evaluate("v => v.currentTime") != at)
    expect(page.locator("[data-state=COMPLETED]")).to_have_count(1, timeout=20_000)
    _tab_to(page, "Delete coffee.png")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing here yet")).to_be_visible()
    _tab_to(page, "Undo")
    page.keyboard.press("Enter")
    expect(page.get_by_role("listitem", name="coffee.png")).to_be_visible()
    _tab_to(page, "Delete coffee.png")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Nothing here yet")).to_be_visible()


def test_a_phone_never_scrolls_sideways(page: Page, tmp_path: Path) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    long_name = tmp_path / f"{'a_name_without_any_blank_in_it_' * 3}.png"
    shutil.copy(PICTURES / "astronaut.png", long_name)
    add(page, long_name, "coffee.png")

    expect(page.locator("[data-state=COMPLETED]")).to_have_count(2, timeout=60_000)

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    small = page.evaluate(
        "[...document.querySelectorAll('button, select, a, input[type=range]')]"
        ".filter((e) => e.checkVisibility() && e.getBoundingClientRect().top >= 0)"
        ".map((e) => [e.ariaLabel ?? e.textContent, e.getBoundingClientRect().height]).filter(([, h]) => h < 44)"
    )
    assert small == [], "what a finger hits is at least 44 pixels high"


def test_nothing_comes_from_another_host(context: BrowserContext, server: Server) -> None:
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))

    page = open_page(context, server)
    add(page, "coffee.png")
    expect(page.locator(".player")).to_have_attribute("data-phase", "playing", timeout=20_000)

    elsewhere = [url for url in asked if not url.startswith((server.url, "blob:", "data:"))]
    assert elsewhere == []


def test_nothing_plays_by_itself_for_who_wants_no_motion(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    add(page, "coffee.png")
    page.get_by_role("button", name="Play coffee.png").wait_for(timeout=20_000)

    assert page.locator("video").evaluate("v => v.paused && !v.getAttribute('src')")
    page.get_by_role("button", name="Play coffee.png").click()

    expect(page.locator(".player")).to_have_attribute("data-phase", "playing")


def test_the_colour_scheme_can_be_chosen_and_stays(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    light = page.evaluate(_BACKGROUND)

    page.get_by_role("button", name="Language and colours").click()
    page.get_by_role("radio", name="Dark").check()
    wait_until(lambda: page.evaluate(_BACKGROUND) != light)
    dark = page.evaluate(_BACKGROUND)
    page.reload()

    page.get_by_role("button", name="Language and colours").click()
    expect(page.get_by_role("radio", name="Dark")).to_be_checked()
    assert page.evaluate(_BACKGROUND) == dark
    page.get_by_role("radio", name="As the system").check()
    wait_until(lambda: page.evaluate(_BACKGROUND) == light)


def test_another_language_can_be_chosen_and_stays(page: Page) -> None:
    page.get_by_role("button", name="Language and colours").click()
    page.get_by_role("radio", name="Deutsch").click()
    expect(page.get_by_role("button", name="Sprache und Farben")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("radio", name="Deutsch")).to_be_hidden()
    page.goto(f"{page.url}no/such/page")

    expect(page.get_by_role("heading", level=1)).to_have_text("Unter dieser Adresse ist nichts")
    expect(page).to_have_title("Nicht gefunden · i2v")
    expect(page.locator("html")).to_have_attribute("lang", "de")


def test_an_address_that_leads_nowhere_leads_back(page: Page, server: Server) -> None:
    answer = page.goto(f"{server.url}/no/such/page")

    assert answer
    assert answer.status == 404
    page.get_by_role("link", name="To your videos", exact=True).click()
    expect(page.get_by_role("button", name="Choose pictures")).to_be_visible()


def test_the_page_of_all_components_is_not_in_what_is_shipped(page: Page, server: Server) -> None:
    assert page.request.get(f"{server.url}/components").status == 404
    assert not [sheet for sheet in BUILT.glob("assets/*.css") if "specimen" in sheet.read_text()]


def _lose_the_picture(page: Page, server: Server, name: str) -> None:
    """Make a waiting job fail as a full or broken disk would."""
    job = page.get_by_role("listitem", name=name).get_attribute("data-job")
    assert job
    shutil.rmtree(server.data / "media" / job)


def _tab_to(page: Page, name: str) -> None:
    for _ in range(30):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.ariaLabel || document.activeElement.textContent.trim()")
        if focused == name:
            return
    raise AssertionError(f"the Tab key never came to {name!r}")
