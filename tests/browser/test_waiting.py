"""Waiting: told where one stands, free to change one's mind, and told when it is over."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from i2v_core.jobs import JobState
from tests.browser.accessibility import assert_accessible
from tests.browser.elsewhere import jobs_of, look_elsewhere
from tests.browser.holding import held, stop_the_clock
from tests.browser.line import empty_the_line, paused_line
from tests.browser.seeding import seed, viewer_of
from tests.browser.visiting import Server, add, open_page, running_server
from tests.conftest import PICTURES, wait_until


@pytest.fixture(scope="module")
def slow(built_page: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose first job takes longer than these tests: whatever comes after it waits."""
    with running_server(tmp_path_factory.mktemp("slow"), I2V_MODEL_SECONDS="60", I2V_VIDEO_SECONDS="3") as server:
        yield server


@pytest.fixture
def nobody_else(slow: Server) -> Iterator[None]:
    """However the test ends, or its beginning: nothing of it is left for the next one to wait for."""
    yield
    empty_the_line(slow)


@pytest.fixture
def line(context: BrowserContext, slow: Server, nobody_else: None) -> Page:
    """A page with one picture that is being made and two in line."""
    page = open_page(context, slow)
    add(page, "astronaut.png", "coffee.png", "chelsea.png")
    expect(page.locator(".strip-slot[data-mine]")).to_have_count(1, timeout=20_000)
    expect(own(page)).to_have_count(2, timeout=20_000)
    return page


def own(page: Page) -> Locator:
    """The viewer's own blocks in the strip, the next one first."""
    return page.locator("button.strip-block")


def names(page: Page) -> list[str]:
    """Whose blocks these are."""
    labels: list[str] = own(page).evaluate_all("blocks => blocks.map((block) => block.ariaLabel)")
    return [label.split(",")[0] for label in labels]


def expect_order(page: Page, order: list[str]) -> None:
    """The page shows it, and the server has it so."""
    wait_until(lambda: names(page) == order, what="the order on the page")
    wait_until(lambda: _waiting(page) == order, what="the order on the server")


def test_the_strip_shows_the_viewers_own_among_the_others(line: Page, slow: Server) -> None:
    assert line.context.browser
    stranger = line.context.browser.new_context()
    theirs = open_page(stranger, slow)

    add(theirs, "coffee.png", "astronaut.png")

    expect(theirs.locator("button.strip-block")).to_have_count(2, timeout=20_000)
    expect(theirs.locator(".strip-slot")).to_have_count(1)
    expect(theirs.locator(".strip-slot[data-mine]")).to_have_count(0)
    expect(theirs.locator(".strip-other, .strip-many")).not_to_have_count(0)
    expect(theirs.locator(".strip")).to_contain_text(
        re.compile(r"One video is being made\. \d pictures wait\. Yours are \d(nd|rd|th), \d(rd|th)\.")
    )
    expect(theirs.locator(".strip-own").first).to_contain_text(re.compile(r"\d+:\d\d"))
    stranger.close()


def test_a_card_says_when_its_picture_is_to_be_made_and_why_that_is_not_known(line: Page, slow: Server) -> None:
    waits = line.locator("[data-state=QUEUED] .card-status")
    with paused_line(slow):
        expect(waits).to_have_text(["Starts when the queue goes on"] * 2, timeout=20_000)
    expect(waits).to_have_text([re.compile(r"^Starts about (\w{3} )?\d+:\d\d [AP]M$")] * 2, timeout=20_000)

    line.clock.set_fixed_time(line.evaluate("new Date().setHours(23, 59, 59) / 1000"))
    line.reload()

    expect(waits).to_have_text([re.compile(r"^Starts about \w{3} 12:\d\d AM$")] * 2, timeout=20_000)


def test_the_order_is_changed_by_keys_and_the_server_agrees(line: Page) -> None:
    first, second = names(line)
    own(line).nth(1).focus()

    line.keyboard.press("ArrowLeft")

    expect(line.locator(".announcer")).to_contain_text(f"{second} is now 1st of yours")
    expect(line.locator(f"[data-state=QUEUED][aria-label='{second}'] .card-place")).to_have_text("Next in line")
    expect(own(line).first).to_be_focused()
    expect_order(line, [second, first])
    line.reload()
    expect(own(line)).to_have_count(2)
    assert names(line) == [second, first]


def test_the_order_is_changed_by_buttons(line: Page) -> None:
    first, second = names(line)

    own(line).nth(1).click()

    menu = line.get_by_role("dialog", name=second)
    earlier = menu.get_by_role("button", name="Earlier")
    expect(earlier).to_be_focused()
    assert_accessible(line, "the menu of a block")
    line.keyboard.press("Enter")
    expect_order(line, [second, first])
    expect(earlier).to_be_focused()
    expect(earlier).to_have_attribute("aria-disabled", "true")
    expect(menu).to_have_accessible_name(f"{second}, 1st in line")
    own(line).nth(1).click()
    expect(line.get_by_role("dialog", name=first)).to_be_visible()
    line.keyboard.press("Escape")
    expect(menu).to_have_count(0)


def test_keys_that_are_the_browsers_move_nothing(line: Page) -> None:
    before = names(line)
    line.evaluate(_NOTE_KEYS)
    own(line).nth(1).focus()

    line.keyboard.press("Alt+ArrowLeft")

    assert line.evaluate("taken") == {"Alt": False, "ArrowLeft": False}
    assert names(line) == before


def test_the_order_is_changed_by_dragging(line: Page) -> None:
    first, second = names(line)
    _take(line)
    box = own(line).last.bounding_box()
    assert box
    line.mouse.move(box["x"] + 30, box["y"] + 20, steps=6)
    line.mouse.up()

    expect_order(line, [second, first])
    expect(line.locator(".strip-menu:popover-open")).to_have_count(0)
    line.reload()
    expect(own(line)).to_have_count(2)
    assert names(line) == [second, first]


def test_what_begins_to_be_made_while_it_is_dragged_is_let_go(line: Page) -> None:
    add(line, PICTURES / "photos" / "brook.jpg")
    expect(own(line)).to_have_count(3, timeout=20_000)
    first, *others = names(line)
    _take(line)
    expect(line.locator(".strip-lane[data-dragging]")).to_have_count(1)

    line.get_by_role("button", name="Cancel astronaut.png").press("Enter")
    expect(line.locator(f"[data-state=PROCESSING][aria-label='{first}']")).to_have_count(1)
    expect(own(line)).to_have_count(2)
    line.mouse.up()
    own(line).last.hover()
    own(line).first.hover()

    expect(line.locator(".strip-lane[data-dragging]")).to_have_count(0)
    own(line).first.click()
    expect(line.get_by_role("dialog", name=others[0])).to_be_visible()
    assert names(line) == _waiting(line) == others


def test_what_was_cancelled_is_made_after_all(line: Page) -> None:
    card = line.get_by_role("listitem", name="chelsea.png", exact=True)
    card.get_by_role("button", name="Cancel").press("Enter")
    expect(card).to_contain_text("Cancelled. No video was made.")
    expect(card.get_by_role("button", name="Try again: chelsea.png")).to_be_focused()

    line.keyboard.press("Enter")

    expect(card).to_have_attribute("data-state", "QUEUED")
    expect(card).to_contain_text("in line")
    expect(card.get_by_role("button", name="Cancel")).to_be_focused()


def test_what_has_lost_its_picture_is_not_offered_to_be_tried_again(page: Page, server: Server) -> None:
    states = {"torn.jpg": JobState.FAILED, "unwanted.jpg": JobState.CANCELLED}
    seed(server, viewer_of(page.context), list(states), states=states)

    page.reload()

    expect(page.get_by_role("button", name="Try again: unwanted.jpg")).to_be_visible()
    expect(page.get_by_role("button", name="Delete torn.jpg")).to_be_visible()
    expect(page.get_by_role("button", name="Try again: torn.jpg")).to_have_count(0)


def test_the_tab_tells_and_the_voice_does_not_chatter(context: BrowserContext, server: Server) -> None:
    context.add_init_script(_STUB)
    page = open_page(context, server)
    page.evaluate(_LISTEN)
    with held(server):
        add(page, "coffee.png")
        page.get_by_role("button", name="Tell me when it is ready").click()
        expect(page.get_by_role("button", name="You will be told while this page is open")).to_have_attribute(
            "aria-pressed", "true"
        )
        assert page.evaluate("asked") == 1
        expect(page).to_have_title(re.compile(r"^\d+% · i2v$"))
        expect(page.locator("link[rel=icon]")).to_have_attribute("href", re.compile("^data:image/svg"))
        look_elsewhere(page)

    expect(page).to_have_title("✓ done · i2v", timeout=20_000)

    assert page.evaluate("told") == [["Your video is ready", "coffee.png"]]
    expect(page.locator(".announcer")).to_have_text("coffee.png is ready to watch")
    assert 2 <= len(heard := page.evaluate("heard")) <= 4, heard
    page.evaluate(
        "delete document.hidden; delete document.visibilityState; document.dispatchEvent(new Event('visibilitychange'))"
    )
    expect(page).to_have_title("i2v: picture to video")
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", "/favicon.svg")


def test_nothing_is_asked_before_a_click(context: BrowserContext, server: Server) -> None:
    context.add_init_script(_STUB)
    page = open_page(context, server)
    look_elsewhere(page)
    add(page, "coffee.png")
    expect(page.locator("[data-state=COMPLETED]")).to_have_count(1, timeout=20_000)
    expect(page).to_have_title("✓ done · i2v")

    assert page.evaluate("[asked, told.length]") == [0, 0]


def test_no_network_is_said_at_once_and_is_over_at_once(page: Page) -> None:
    page.context.set_offline(True)
    expect(page.get_by_text("This device is offline. The pictures that have arrived are safe")).to_be_visible()

    page.context.set_offline(False)

    expect(page.get_by_text("This device is offline")).to_have_count(0)


@pytest.mark.parametrize("why", ["sleep", "no network"])
def test_what_was_missed_is_there_once_the_page_is_back(context: BrowserContext, server: Server, why: str) -> None:
    context.add_init_script(_SOCKETS)
    page = open_page(context, server)
    with held(server):
        add(page, "coffee.png")
        expect(page.locator("[data-state=PROCESSING]")).to_have_count(1, timeout=20_000)
        stop_the_clock(page)
        context.set_offline(why == "no network")
        page.evaluate("isAway = true; sockets.forEach((socket) => socket.close())")
        says = "This device is offline" if why == "no network" else "Connection lost"
        expect(page.get_by_text(says)).to_be_visible()
    wait_until(lambda: _states(server, context) == ["COMPLETED"], what="the video")
    expect(page.locator("[data-state=PROCESSING]")).to_have_count(1)

    page.evaluate("isAway = false")
    context.set_offline(False)
    if why == "sleep":
        page.clock.fast_forward("10:00")
    expect(page.locator(".bar")).to_have_count(0)
    page.clock.resume()

    expect(page.locator("[data-state=COMPLETED]")).to_have_count(1)


def _take(page: Page) -> None:
    """The first of the viewer's blocks, by a pointer that pulls it a little."""
    box = own(page).first.bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 35, box["y"] + 20, steps=3)


def _waiting(page: Page) -> list[str]:
    """The names of those that wait, as the server has them, the next one first."""
    waiting = [job for job in jobs_of(page.request, page.url) if job["state"] == "QUEUED"]
    return [job["name"] for job in sorted(waiting, key=lambda job: job["progress"]["queuePosition"])]


def _states(server: Server, context: BrowserContext) -> list[str]:
    return [job["state"] for job in jobs_of(context.request, f"{server.url}/")]


#: The page's sockets, to be lost by the test; while `isAway` there is nobody to connect to.
_SOCKETS = """
  window.isAway = false;
  window.sockets = [];
  window.WebSocket = class extends WebSocket {
    constructor(address, protocols) {
      super(window.isAway ? 'ws://127.0.0.1:1/' : address, protocols);
      window.sockets.push(this);
    }
  };
"""
#: Notes for each key whether the page took it for itself.
_NOTE_KEYS = """() => {
  window.taken = {};
  window.addEventListener('keydown', (event) => { window.taken[event.key] = event.defaultPrevented; });
}"""
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
