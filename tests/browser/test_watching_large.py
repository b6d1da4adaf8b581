"""A video is watched large, over the page: frame by frame, slower, beside its original, and on to the next."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.accessibility import assert_accessible
from tests.browser.holding import held
from tests.browser.probe import place
from tests.browser.visiting import Server, add, open_page
from tests.conftest import wait_until

#: Writes down the time of every frame that is really shown.
_RECORD_FRAMES = """(video) => {
  window.frames_shown = [];
  const look = (_, { mediaTime }) => {
    window.frames_shown.push(mediaTime);
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
}"""

#: Whether the original lies exactly where the video's picture is within its element.
_SAME_PLACE = """() => {
  const [video, original] = ['video', '.viewer-original'].map((found) => document.querySelector(`.viewer ${found}`));
  const [frame, box] = [video, original].map((element) => element.getBoundingClientRect());
  const scale = Math.min(frame.width / video.videoWidth, frame.height / video.videoHeight);
  const [width, height] = [video.videoWidth * scale, video.videoHeight * scale];
  const wanted = [frame.x + (frame.width - width) / 2, frame.y + (frame.height - height) / 2, width, height];
  return [box.x, box.y, box.width, box.height].every((found, n) => Math.abs(found - wanted[n]) < 1);
}"""


#: A browser gives a page that came over plain http from another machine neither of these.
_AS_OVER_PLAIN_HTTP = "() => { delete Crypto.prototype.randomUUID; delete Navigator.prototype.clipboard; }"


@pytest.fixture(scope="module")
def owner(browser: Browser, server: Server) -> Iterator[BrowserContext]:
    """Somebody with two finished videos; coffee.png is the newer one."""
    context = browser.new_context()
    page = open_page(context, server)
    add(page, "astronaut.png")
    expect(page.locator("[data-job]")).to_have_count(1)
    add(page, "coffee.png")
    expect(page.locator("[data-state=COMPLETED]")).to_have_count(2, timeout=60_000)
    page.close()
    yield context
    context.close()


@pytest.fixture
def two(owner: BrowserContext, server: Server) -> Iterator[Page]:
    """Their page."""
    page = open_page(owner, server)
    yield page
    page.close()


def test_the_address_opens_and_closes_it(two: Page, owner: BrowserContext, server: Server) -> None:
    two.set_viewport_size({"width": 1280, "height": 1400})
    card = two.locator(".cards .player[data-phase=playing]")
    expect(card).to_have_count(1)
    link = two.get_by_role("link", name="Watch coffee.png large")
    link.click()
    viewer = _expect_watching(two, "coffee.png")
    expect(two).to_have_url(re.compile(r"/\?watch=job_\w+$"))
    expect(card).to_have_count(0)

    two.go_back()
    expect(viewer).to_have_count(0)
    expect(two).to_have_url(f"{server.url}/")
    expect(link).to_be_focused()
    expect(card).to_have_count(1)

    two.go_forward()
    _expect_watching(two, "coffee.png")
    two.reload()
    _expect_watching(two, "coffee.png")
    two.keyboard.press("Escape")
    expect(viewer).to_have_count(0)
    expect(two).to_have_url(f"{server.url}/")
    expect(two.locator("[data-job]")).to_have_count(2)

    with owner.expect_page() as opened:
        link.click(modifiers=["Control"])
    other = opened.value
    other.bring_to_front()
    _expect_watching(other, "coffee.png")
    other.get_by_role("button", name="Close").click()
    expect(other).to_have_url(f"{server.url}/")
    other.close()


def test_it_goes_on_by_single_frames_and_slower(two: Page) -> None:
    viewer = _open(two, "coffee.png")
    video = viewer.locator("video")
    two.keyboard.press("Space")
    expect(viewer.locator(".player")).to_have_attribute("data-phase", "paused")
    two.keyboard.press("ArrowLeft")  # away from the end
    wait_until(lambda: video.evaluate("v => !v.seeking"))
    video.evaluate(_RECORD_FRAMES)
    frame = _frame(viewer)

    for key, change in ((".", 1), (".", 1), (",", -1)):
        two.keyboard.press(key)
        frame += change
        expect(viewer.locator(".viewer-frame")).to_have_text(f"Frame {frame} of 120")
        _expect_shown(two, frame)
    expect(viewer.locator(".viewer-voice")).to_have_text(f"Frame {frame} of 120")

    two.keyboard.press("<")
    expect(viewer.get_by_label("Speed")).to_have_value("0.5")
    assert video.evaluate("v => v.playbackRate") == 0.5
    viewer.get_by_label("Speed").select_option("0.25")
    assert video.evaluate("v => v.playbackRate") == 0.25
    expect(viewer.locator(".viewer-voice")).to_have_text("Speed 0.25")


def test_without_the_loop_it_ends_and_plays_again_when_asked(two: Page) -> None:
    viewer = _open(two, "coffee.png")
    two.keyboard.press("l")
    expect(viewer.get_by_role("button", name="Loop")).to_have_attribute("aria-pressed", "false")
    viewer.get_by_label("Speed").select_option("2")

    expect(viewer.locator(".player")).to_have_attribute("data-phase", "ended", timeout=20_000)
    viewer.get_by_label("Speed").select_option("0.25")  # that it begins again is to be seen for longer than two seconds
    viewer.get_by_role("button", name="Play coffee.png").click()
    expect(viewer.locator(".player")).to_have_attribute("data-phase", "playing")
    wait_until(lambda: 0 < place(viewer.locator("video")) < 4, what="playing from the beginning")


def test_the_original_lies_over_it_while_a_key_or_the_button_is_held(two: Page) -> None:
    viewer = _open(two, "coffee.png")
    original, video = viewer.locator(".viewer-original"), viewer.locator("video")
    expect(original).to_be_hidden()

    two.keyboard.down("c")
    expect(original).to_be_visible()
    expect(video).to_be_hidden()
    assert original.evaluate("i => i.complete && i.naturalWidth > 0")
    assert original.get_attribute("src") != video.get_attribute("poster"), "the picture itself, not its thumbnail"
    assert two.evaluate(_SAME_PLACE), "where the video's picture is, to the pixel"
    two.keyboard.up("c")
    expect(original).to_be_hidden()

    button = viewer.get_by_role("button", name="Hold to compare")
    box = button.bounding_box()
    assert box
    two.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    two.mouse.down()
    expect(original).to_be_visible()
    two.mouse.up()
    expect(original).to_be_hidden()
    expect(viewer.locator(".player")).to_have_attribute("data-phase", "playing")


def test_next_and_previous_are_those_of_the_page(two: Page) -> None:
    viewer = _open(two, "coffee.png")
    expect(viewer.get_by_role("button", name="Previous video")).to_be_disabled()

    two.keyboard.press("PageDown")
    _expect_watching(two, "astronaut.png")
    expect(viewer.get_by_role("button", name="Next video")).to_be_disabled()
    two.keyboard.press("Shift+ArrowLeft")
    _expect_watching(two, "coffee.png")
    viewer.get_by_role("button", name="Next video").click()
    _expect_watching(two, "astronaut.png")
    two.keyboard.press("Space")
    expect(viewer.locator(".player")).to_have_attribute("data-phase", "paused")  # the keys go on

    two.go_back()
    expect(viewer).to_have_count(0)
    expect(two.locator(".cards [data-job]")).to_have_count(2)


def test_another_is_made_of_the_same_picture(context: BrowserContext, server: Server) -> None:
    context.add_init_script(f"({_AS_OVER_PLAIN_HTTP})()")
    page = open_page(context, server)
    add(page, "coffee.png")
    expect(page.locator("[data-state=COMPLETED]")).to_have_count(1, timeout=20_000)
    viewer = _open(page, "coffee.png")

    viewer.get_by_role("button", name="Make another").click()
    sheet = viewer.get_by_role("dialog", name="Another video of this picture")
    sheet.get_by_label("Motion").select_option("Orbit")
    sheet.get_by_label("Length").select_option("3 s")
    sheet.get_by_label("Shape").select_option("1:1")
    sheet.get_by_role("button", name="Make it").click()
    expect(sheet.get_by_role("status")).to_contain_text("It is in line now.")
    expect(page.locator(".cards [data-job]")).to_have_count(2)
    # Behind it the page tells of the new one, in a voice that is heard through it.
    expect(viewer.locator(".viewer-voice")).to_contain_text("coffee.png is")

    sheet.get_by_role("link", name="Watch it here").click()
    expect(viewer.locator(".viewer-facts")).to_contain_text("Orbit")
    expect(viewer.locator(".viewer-facts")).to_contain_text("1:1")
    expect(viewer.locator(".viewer-facts")).to_contain_text("3 s")
    expect(viewer.locator(".player")).to_have_attribute("data-phase", "playing", timeout=20_000)
    assert viewer.locator("video").evaluate("v => v.videoWidth === v.videoHeight")
    page.keyboard.down("c")
    expect(viewer.locator(".viewer-original")).to_be_visible()
    assert page.evaluate(_SAME_PLACE), "cut as the video is"


def test_a_link_lets_others_watch_until_it_is_withdrawn(two: Page, browser: Browser, server: Server) -> None:
    viewer = _open(two, "coffee.png")
    viewer.get_by_role("button", name="Share").click()
    sheet = viewer.get_by_role("dialog", name="Share this video")
    sheet.get_by_label("Link ends").select_option(value="video")
    sheet.get_by_role("button", name="Make a link").click()
    address = sheet.get_by_label("Address of the link").input_value()
    assert re.match(rf"{server.url}/shared#\S{{40,}}$", address)
    expect(sheet.get_by_role("listitem")).to_contain_text("not opened yet")
    two.evaluate(_AS_OVER_PLAIN_HTTP)
    sheet.get_by_role("button", name="Copy").click()
    expect(sheet.get_by_role("status")).to_contain_text("It could not be copied.")

    asked: list[str] = []
    told: list[str | bytes] = []
    stranger = browser.new_context()
    stranger.on("request", lambda request: asked.append(request.url))
    page = stranger.new_page()
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: told.append(frame)))
    page.goto(address)
    expect(page.get_by_role("heading", name="coffee.png")).to_be_visible()
    before = page.locator(".shared-picture").bounding_box()
    expect(page.locator(".player")).to_have_attribute("data-phase", "playing", timeout=15_000)
    wait_until(lambda: place(page.locator("video")) > 0.2, what="the picture moving")
    assert page.locator(".shared-picture").bounding_box() == before, "its place was kept for it"
    for width, height in ((1440, 900), (390, 844), (844, 390)):
        page.set_viewport_size({"width": width, "height": height})
        frame = page.locator(".shared-picture").bounding_box()
        shape = page.locator("video").evaluate("v => v.videoWidth / v.videoHeight")
        assert frame is not None
        assert frame["width"] / frame["height"] == pytest.approx(shape, rel=0.02), "no dark fields beside it"
        assert frame["height"] < height
    assert not any(address.split("#")[1] in url for url in asked), "the secret stands in no address that is asked for"
    assert any("/shared" in str(frame) for frame in told)
    assert not any(address.split("#")[1] in str(frame) for frame in told), "nor does the page's socket tell it"
    expect(page.get_by_text("astronaut.png")).to_have_count(0)
    assert page.locator("meta[name=robots]").get_attribute("content") == "noindex, nofollow"

    two.keyboard.press("Escape")
    viewer.get_by_role("button", name="Share").click()
    expect(sheet.get_by_label("Address of the link")).to_have_count(0)
    expect(sheet.get_by_role("listitem")).to_contain_text("opened once")
    sheet.get_by_role("button", name="Withdraw").click()
    expect(sheet.get_by_role("status")).to_have_text("The link was withdrawn.")
    page.reload()
    expect(page.get_by_role("heading", name="This link has ended or was withdrawn")).to_be_visible()
    stranger.close()


def test_the_keys_are_told_and_the_focus_stays_within(two: Page) -> None:
    viewer = _open(two, "coffee.png")
    two.keyboard.press("?")
    sheet = viewer.get_by_role("dialog", name="Keys")
    expect(sheet).to_be_visible()
    two.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(viewer).to_be_visible()

    names = set()
    for _ in range(24):
        two.keyboard.press("Tab")
        inside = two.evaluate("document.activeElement === document.body || !!document.activeElement.closest('.viewer')")
        assert inside, "the page behind cannot be reached"
        names.add(two.evaluate("document.activeElement.ariaLabel || document.activeElement.textContent.trim()"))
    assert {"Pause coffee.png", "Next video", "Loop", "Full screen coffee.png", "Close"} <= names


def test_one_that_is_being_made_is_watched_and_becomes_whole(context: BrowserContext, server: Server) -> None:
    page = open_page(context, server)
    viewer = page.locator(".viewer")
    before = page.title()
    queue = "{ queue { length processing } }"
    wait_until(
        lambda: (
            page.request.post(f"{server.url}/graphql", data={"query": queue}).json()["data"]["queue"]["processing"] == 0
        ),
        what="the slot that the last test's video still has",
    )
    with held(server):
        add(page, "coffee.png")
        expect(page.locator("[data-state=PROCESSING]")).to_have_count(1, timeout=20_000)
        expect(page).to_have_title(re.compile("%"))
        page.get_by_role("link", name="Watch coffee.png large").click()
        expect(viewer.locator(".viewer-facts")).to_contain_text("Being made")
        expect(page).to_have_title("coffee.png · i2v")

    expect(viewer.locator(".viewer-facts")).to_contain_text("days left", timeout=20_000)
    expect(viewer.locator(".player")).to_have_attribute("data-growing", "false")
    wait_until(lambda: place(viewer.locator("video")) > 3, what="the whole video")
    page.keyboard.press("Escape")
    expect(page).to_have_title(before)  # not how far it was when it was opened

    page.get_by_label("Position in coffee.png").focus()
    page.keyboard.press("Enter")
    _expect_watching(page, "coffee.png")


def test_it_fills_the_screen_and_lets_it_go(two: Page) -> None:
    viewer = _open(two, "coffee.png")
    room = viewer.locator(".viewer-room:fullscreen")

    two.keyboard.press("f")
    expect(room).to_have_count(1)
    expect(room.get_by_role("button", name="Pause coffee.png")).to_be_visible()
    two.keyboard.press("f")
    expect(room).to_have_count(0)

    viewer.get_by_role("button", name="Full screen coffee.png").click()
    expect(room).to_have_count(1)
    room.get_by_role("button", name="Full screen coffee.png").click()
    expect(room).to_have_count(0)
    expect(viewer.locator(".player")).to_have_attribute("data-phase", "playing")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_for_everybody(two: Page, browser: Browser, server: Server, scheme: str) -> None:
    two.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    two.get_by_role("link", name="Watch coffee.png large").click()
    viewer = two.locator(".viewer")
    expect(viewer.locator(".viewer-facts")).to_contain_text("days left")
    assert_accessible(two, "large")
    for button, state in (("Make another", "another"), ("Keys", "keys"), ("Share", "links")):
        viewer.get_by_role("button", name=button, exact=True).click()
        expect(viewer.locator(".sheet:popover-open")).to_be_visible()
        if state == "links":
            viewer.get_by_role("button", name="Make a link").click()
        assert_accessible(two, state)
        if state != "links":
            two.keyboard.press("Escape")
    address = viewer.get_by_label("Address of the link").input_value()

    stranger = browser.new_page(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    stranger.goto(address)
    expect(stranger.get_by_role("heading", name="coffee.png")).to_be_visible()
    assert_accessible(stranger, "behind a link")
    for page in (two, stranger):
        page.set_viewport_size({"width": 390, "height": 844})
        assert_accessible(page, "narrow")
        assert page.evaluate("document.documentElement.scrollWidth") == 390
    stranger.close()


def test_what_the_page_tells_of_trouble_is_told_over_it(two: Page) -> None:
    viewer = _open(two, "coffee.png")

    two.context.set_offline(True)
    expect(viewer.get_by_text("This device is offline.")).to_be_visible()
    two.context.set_offline(False)
    expect(viewer.get_by_text("This device is offline.")).to_have_count(0)


def test_what_is_not_there_says_so(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/?watch=job_of_nobody")

    expect(page.locator(".viewer")).to_contain_text("This video is not there")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Choose pictures")).to_be_visible()


def _open(page: Page, name: str) -> Locator:
    page.get_by_role("link", name=f"Watch {name} large").click()
    return _expect_watching(page, name)


def _expect_watching(page: Page, name: str) -> Locator:
    viewer = page.get_by_role("dialog", name=name, exact=True)
    expect(viewer.locator(".player")).to_have_attribute("data-phase", "playing", timeout=30_000)
    return page.locator(".viewer")


def _frame(viewer: Locator) -> int:
    found = re.match(r"Frame (\d+) of 120", viewer.locator(".viewer-frame").inner_text())
    assert found
    return int(found[1])


def _expect_shown(page: Page, frame: int) -> None:
    """Expect that the frame, counted from 1, was the last that came to the screen."""
    wait_until(
        lambda: round(24 * float(page.evaluate("frames_shown.at(-1) ?? -1"))) + 1 == frame, what="the frame itself"
    )
