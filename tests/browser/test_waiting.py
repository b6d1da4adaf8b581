"""Waiting: told where one stands, free to change one's mind, and told when it is over."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.visiting import Server, add, open_page, running_server
from tests.conftest import wait_until


@pytest.fixture(scope="module")
def slow(built_page: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose first job takes longer than these tests: whatever comes after it waits."""
    with running_server(tmp_path_factory.mktemp("slow"), I2V_MODEL_SECONDS="60", I2V_VIDEO_SECONDS="3") as server:
        yield server


@pytest.fixture
def line(context: BrowserContext, slow: Server) -> Page:
    """A page with one picture that is being made, or waits for another test's, and three in line."""
    page = open_page(context, slow)
    add(page, "astronaut.png", "coffee.png", "chelsea.png")
    expect(page.locator("[data-job]")).to_have_count(3, timeout=20_000)
    wait_until(lambda: own(page).count() >= 2, what="the line")
    return page


def own(page: Page) -> Locator:
    """The viewer's own blocks in the strip, the next one first."""
    return page.locator("button.strip-block")


def names(page: Page) -> list[str]:
    """Whose blocks these are."""
    return [(block.get_attribute("aria-label") or "").split(",")[0] for block in own(page).all()]


def leave_the_line(page: Page) -> None:
    """Nothing of this test is left for the next one to wait for."""
    for button in page.get_by_role("button", name=re.compile("^Cancel ")).all()[::-1]:
        button.click()
    expect(page.get_by_role("button", name=re.compile("^Cancel "))).to_have_count(0)


def test_the_strip_shows_the_viewers_own_among_the_others(line: Page, slow: Server) -> None:
    assert line.context.browser
    stranger = line.context.browser.new_context()
    theirs = open_page(stranger, slow)

    add(theirs, "coffee.png", "astronaut.png")

    expect(theirs.locator("button.strip-block")).to_have_count(2)
    expect(theirs.locator(".strip-slot")).to_have_count(1)
    expect(theirs.locator(".strip-slot[data-mine]")).to_have_count(0)
    expect(theirs.locator(".strip-other, .strip-many")).not_to_have_count(0)
    expect(theirs.locator(".strip")).to_contain_text(
        re.compile(r"One video is being made\. \d pictures wait\. Yours are \d(nd|rd|th), \d(rd|th)\.")
    )
    expect(theirs.locator(".strip-own").first).to_contain_text(re.compile(r"\d+:\d\d"))
    leave_the_line(theirs)
    stranger.close()
    leave_the_line(line)


def test_the_order_is_changed_by_keys_and_the_server_agrees(line: Page) -> None:
    before = names(line)
    own(line).nth(1).focus()

    line.keyboard.press("ArrowLeft")

    moved = [before[1], before[0], *before[2:]]
    assert names(line) == moved, "at once"
    expect(line.locator(".announcer")).to_contain_text(f"{before[1]} is now 1st of yours")
    expect(line.locator(f"[data-state=QUEUED][aria-label='{before[1]}'] .card-place")).to_have_text(
        re.compile("Next in line|1st|2nd")
    )
    expect(own(line).first).to_be_focused()
    line.reload()
    expect(own(line)).to_have_count(len(before))
    assert names(line) == moved, "the server has it so"
    leave_the_line(line)


def test_the_order_is_changed_by_dragging(line: Page) -> None:
    before = names(line)
    first, last = own(line).first.bounding_box(), own(line).last.bounding_box()
    assert first
    assert last
    line.mouse.move(first["x"] + 20, first["y"] + 20)
    line.mouse.down()
    line.mouse.move(last["x"] + 30, last["y"] + 20, steps=6)
    line.mouse.up()

    moved = [*before[1:], before[0]]
    assert names(line) == moved
    line.wait_for_timeout(300)
    line.reload()
    expect(own(line)).to_have_count(len(before))
    assert names(line) == moved, "the server has it so"
    leave_the_line(line)


def test_what_was_cancelled_is_made_after_all(line: Page) -> None:
    card = line.get_by_role("listitem", name="chelsea.png", exact=True)
    card.get_by_role("button", name="Cancel").click()
    expect(card).to_contain_text("Cancelled. No video was made.")

    card.get_by_role("button", name="Try again: chelsea.png").click()

    expect(card).to_have_attribute("data-state", "QUEUED")
    expect(card).to_contain_text("in line")
    leave_the_line(line)


def test_deleted_ones_come_back_together(page: Page) -> None:
    _two_cancelled(page)

    page.get_by_role("button", name="Delete coffee.png").click()
    expect(page.get_by_role("button", name="Delete chelsea.png")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing here yet")).to_be_visible()
    expect(page.get_by_text("Deleted 2 pictures")).to_be_visible()
    page.keyboard.press("Control+z")

    expect(page.locator("[data-job]")).to_have_count(2)
    expect(page.get_by_text("Deleted 2 pictures")).to_have_count(0)


def test_deleted_is_deleted_once_the_offer_is_over(page: Page) -> None:
    _two_cancelled(page)
    page.clock.install()
    page.get_by_role("button", name="Delete coffee.png").click()
    page.get_by_role("button", name="Undo").hover()
    page.clock.run_for(20_000)
    expect(page.get_by_role("button", name="Undo")).to_be_visible()

    page.mouse.move(5, 5)
    page.clock.run_for(7_000)
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    wait_until(lambda: _jobs(page) == ["chelsea.png"], what="the deletion")


def test_who_leaves_does_not_want_it_back(page: Page, server: Server) -> None:
    _two_cancelled(page)
    page.get_by_role("button", name="Delete coffee.png").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()

    page.goto(f"{server.url}/healthz")

    again = open_page(page.context, server)
    wait_until(lambda: _jobs(again) == ["chelsea.png"], what="the deletion")


def test_the_tab_tells_and_the_voice_does_not_chatter(context: BrowserContext, server: Server) -> None:
    context.add_init_script(_STUB)
    page = open_page(context, server)
    page.evaluate(_LISTEN)
    add(page, "coffee.png")
    page.get_by_role("button", name="Tell me when it is ready").click()
    expect(page.get_by_role("button", name="You will be told")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("asked") == 1
    expect(page).to_have_title(re.compile(r"^\d+% · i2v$"))
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", re.compile("^data:image/svg"))

    page.evaluate("Object.defineProperty(document, 'hidden', { configurable: true, get: () => true })")
    expect(page).to_have_title("✓ done · i2v", timeout=20_000)

    assert page.evaluate("told") == [["Your video is ready", "coffee.png"]]
    expect(page.locator(".announcer")).to_have_text("coffee.png is ready to watch")
    assert 2 <= len(heard := page.evaluate("heard")) <= 4, heard
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    expect(page).to_have_title("i2v: picture to video")
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", "/favicon.svg")


def test_nothing_is_asked_before_a_click(context: BrowserContext, server: Server) -> None:
    context.add_init_script(_STUB)
    page = open_page(context, server)
    page.evaluate("Object.defineProperty(document, 'hidden', { configurable: true, get: () => true })")
    add(page, "coffee.png")
    expect(page.locator("[data-state=COMPLETED]")).to_have_count(1, timeout=20_000)
    expect(page).to_have_title("✓ done · i2v")

    assert page.evaluate("[asked, told.length]") == [0, 0]


def test_no_network_is_said_at_once_and_is_over_at_once(page: Page) -> None:
    page.context.set_offline(True)
    expect(page.get_by_text("This device is offline. The pictures that have arrived are safe")).to_be_visible()

    page.context.set_offline(False)

    expect(page.get_by_text("This device is offline")).to_have_count(0)


def _two_cancelled(page: Page) -> None:
    add(page, "astronaut.png", "chelsea.png", "coffee.png")
    expect(page.locator("[data-job]")).to_have_count(3, timeout=20_000)
    for name in ("coffee.png", "chelsea.png", "astronaut.png"):
        page.get_by_role("button", name=f"Cancel {name}").click()
    expect(page.locator("[data-state=CANCELLED]")).to_have_count(3)
    page.get_by_role("button", name="Delete astronaut.png").click()
    page.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    wait_until(lambda: len(_jobs(page)) == 2, what="the first deletion")


def _jobs(page: Page) -> list[str]:
    """The names of the viewer's jobs, as the server has them."""
    answer = page.request.post(f"{page.url}graphql", data={"query": "{ jobs { edges { node { name } } } }"})
    return [edge["node"]["name"] for edge in answer.json()["data"]["jobs"]["edges"]]


#: The browser's notifications, which a browser without a screen does not have.
_STUB = """
  window.asked = 0;
  window.told = [];
  window.Notification = class {
    static permission = 'default';
    static async requestPermission() { window.asked += 1; return (this.permission = 'granted'); }
    constructor(title, { body }) { window.told.push([title, body]); }
    close() {}
  };
"""
#: Keeps each sentence that the page's voice says.
_LISTEN = """() => {
  window.heard = [];
  const voice = document.querySelector('.announcer');
  new MutationObserver(() => voice.textContent && window.heard.push(voice.textContent))
    .observe(voice, { childList: true, characterData: true, subtree: true });
}"""
