"""A finished video is played: by either way of decryption, fetching only what is not there, through losses of the server."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Request, expect

from tests.browser.holding import stop_the_clock
from tests.browser.probe import MANAGED_ONLY, NO_EME, PROBE, buffered_end, place
from tests.browser.visiting import Server, add, open_page, running_server
from tests.conftest import wait_until

_SEGMENT = re.compile(r"/media/playbacks/(playback_\w+)/(\w+)$")
#: Slower than the video plays: its segments of half a second have some 15 KB each.
_SLOW_LINE = {"offline": False, "latency": 400, "downloadThroughput": 40_000, "uploadThroughput": 40_000}
#: Counts how often the picture stood for 250 ms or longer while it should play, which the player itself calls a stop.
_COUNT_STOPS = """() => {
  window.stops = 0;
  const video = document.querySelector('video');
  let place = video.currentTime, since = performance.now(), counted = false;
  const look = (now) => {
    if (video.currentTime !== place || video.paused) [place, since, counted] = [video.currentTime, now, false];
    else if (now - since >= 250 && !counted) [window.stops, counted] = [window.stops + 1, true];
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
#: Average difference, 0 to 255, between what the video shows and the poster: they show the same scene.
_LIKENESS = """async () => {
  const draw = (source) => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 16;
    const context = canvas.getContext('2d');
    context.drawImage(source, 0, 0, 16, 16);
    return context.getImageData(0, 0, 16, 16).data;
  };
  const video = document.querySelector('video');
  const poster = new Image();
  poster.src = video.poster;
  await poster.decode();
  const [a, b] = [draw(video), draw(poster)];
  return a.reduce((sum, value, n) => sum + Math.abs(value - b[n]), 0) / a.length;
}"""


@pytest.mark.parametrize(
    ("lacking", "protection"),
    [("", "CENC"), (NO_EME, "AES_GCM"), (NO_EME + MANAGED_ONLY, "AES_GCM"), (MANAGED_ONLY, "CENC")],
    ids=["everything", "no EME", "no EME and a managed source", "a managed source"],
)
def test_it_plays_with_whatever_the_browser_has(
    context: BrowserContext, server: Server, lacking: str, protection: str
) -> None:
    context.add_init_script(lacking)
    opened: list[str] = []
    context.on("request", lambda request: opened.append(_protection(request)))
    page = open_page(context, server)

    add(page, "coffee.png")
    _expect_playing(page)
    expect(page.locator("[data-state=COMPLETED]")).to_have_count(1, timeout=20_000)

    video = page.locator("video")
    wait_until(lambda: buffered_end(video) > 4.9, what="the whole video")
    assert set(filter(None, opened)) == {protection}
    assert video.evaluate("v => Boolean(v.mediaKeys)") == (protection == "CENC")
    if protection == "AES_GCM":
        assert page.evaluate(_LIKENESS) < 30
    else:
        # What its pictures are like no script can see: they are shown, and that is all.
        assert page.evaluate("() => { const v = document.querySelector('video'); return v.videoWidth > 0; }")
    if MANAGED_ONLY in lacking:
        assert page.evaluate("window.pauses") == 1, "it waited until the browser wanted data"


def test_seeking_back_fetches_only_what_the_browser_threw_away(context: BrowserContext, server: Server) -> None:
    page = _finished(context, server)
    video = page.locator("video")
    fetched: list[str] = []
    page.get_by_role("button", name="Pause coffee.png").click()
    video.evaluate("v => { v.currentTime = 3; }")
    wait_until(lambda: video.evaluate("v => !v.seeking"))
    page.on("request", lambda request: fetched.append(_segment(request)))

    video.evaluate("v => { v.currentTime = 2; }")
    wait_until(lambda: video.evaluate("v => !v.seeking && v.readyState >= 3"))
    assert not [index for index in fetched if index], "what is there is not fetched again"
    page.evaluate("new Promise((done) => { const [b] = window.buffers; b.onupdateend = done; b.remove(0, 1); })")
    assert video.evaluate("v => v.buffered.start(0)") >= 1
    video.evaluate("v => { v.currentTime = 0; }")
    wait_until(lambda: video.evaluate("v => !v.seeking && v.readyState >= 3"), what="the picture at the beginning")
    wait_until(lambda: video.evaluate("v => v.buffered.length === 1 && v.buffered.start(0) === 0"))

    assert sorted(filter(None, fetched)) == ["0", "1"]
    page.get_by_role("button", name="Play coffee.png").click()
    wait_until(lambda: place(video) > 1.2, what="the picture going on through what was fetched again")


def test_a_playback_that_has_ended_is_followed_by_another_unseen(
    built_page: None, context: BrowserContext, tmp_path: Path
) -> None:
    with running_server(tmp_path, I2V_PLAYBACK_SECONDS="4") as server:
        asked: list[str] = []
        context.on("request", lambda request: asked.append(_playback(request)))
        page = _finished(context, server)
        video = page.locator("video")
        first = next(filter(None, asked))
        page.get_by_role("button", name="Pause coffee.png").click()
        video.evaluate("v => { v.currentTime = 3; }")
        wait_until(lambda: _has_ended(page, first), what="the playback ending")
        playbacks: list[str] = []
        page.on("request", lambda request: playbacks.append(_playback(request)))

        page.evaluate("new Promise((done) => { const [b] = window.buffers; b.onupdateend = done; b.remove(0, 2); })")
        video.evaluate("v => { v.currentTime = 0.5; }")
        wait_until(lambda: video.evaluate("v => !v.seeking && v.readyState >= 3"), what="the picture")

        assert len(set(filter(None, playbacks)) - {first}) == 1, "another playback"
        assert video.evaluate("v => v.currentTime") == pytest.approx(0.5, abs=0.01)
        assert page.evaluate("window.seen.loadstart") == 1
        page.get_by_role("button", name="Play coffee.png").click()
        wait_until(lambda: place(video) > 3, what="the picture going on through both playbacks' segments")
        expect(page.locator(".player-trouble")).to_have_count(0)


def test_on_a_slow_line_the_first_picture_is_there_at_once_and_then_it_plays_through(
    context: BrowserContext, server: Server
) -> None:
    context.add_init_script(PROBE)
    page = open_page(context, server)
    page.emulate_media(reduced_motion="reduce")
    add(page, "coffee.png")
    expect(page.locator("[data-state=COMPLETED]")).to_have_count(1, timeout=20_000)
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", _SLOW_LINE)

    page.get_by_role("button", name="Play coffee.png").click()
    wait_until(lambda: page.locator("video").evaluate("v => v.readyState >= 2"), what="the first picture")
    assert page.locator("video").evaluate("v => v.paused && v.currentTime === 0"), "it does not start only to stop"
    expect(page.locator(".player")).to_have_attribute("data-phase", "starting")
    _expect_playing(page)
    page.evaluate(_COUNT_STOPS)
    wait_until(lambda: place(page.locator("video")) > 4.5, what="the end")

    # Started at once it would stop at every segment; a machine that is busy with other things may hold it up once.
    assert page.evaluate("window.stops") <= 1


def test_what_cannot_be_loaded_says_so_and_can_be_tried_again(context: BrowserContext, unsteady_server: Server) -> None:
    context.add_init_script(PROBE)
    page = open_page(context, unsteady_server)
    page.emulate_media(reduced_motion="reduce")
    add(page, "coffee.png")
    expect(page.locator("[data-state=COMPLETED]")).to_have_count(1, timeout=20_000)

    unsteady_server.stop()
    page.get_by_role("button", name="Play coffee.png").click()
    expect(page.locator(".player")).to_have_attribute("data-phase", "starting")
    expect(page.get_by_role("alert").filter(has_text="could not be loaded")).to_be_visible(timeout=60_000)
    unsteady_server.start()
    page.get_by_role("button", name="Try again").click()

    _expect_playing(page)
    wait_until(lambda: buffered_end(page.locator("video")) > 4.9, what="the whole video")


def test_a_short_absence_of_the_server_is_not_even_mentioned(context: BrowserContext, unsteady_server: Server) -> None:
    page = open_page(context, unsteady_server)
    page.emulate_media(reduced_motion="reduce")
    add(page, "coffee.png")
    expect(page.locator("[data-state=COMPLETED]")).to_have_count(1, timeout=20_000)

    unsteady_server.stop()
    stop_the_clock(page)  # however long a start takes here, to the page it is a short absence
    page.get_by_role("button", name="Play coffee.png").click()
    unsteady_server.start()
    page.clock.resume()

    expect(page.locator(".player")).to_have_attribute("data-phase", "playing", timeout=30_000)
    expect(page.locator(".player-trouble")).to_have_count(0)


def _finished(context: BrowserContext, server: Server) -> Page:
    context.add_init_script(PROBE)
    page = open_page(context, server)
    add(page, "coffee.png")
    expect(page.locator("[data-state=COMPLETED]")).to_have_count(1, timeout=20_000)
    _expect_playing(page)
    wait_until(lambda: buffered_end(page.locator("video")) > 4.9, what="the whole video")
    return page


def _expect_playing(page: Page) -> None:
    expect(page.locator(".player")).to_have_attribute("data-phase", "playing", timeout=20_000)
    wait_until(lambda: place(page.locator("video")) > 0, what="the picture moving")


def _has_ended(page: Page, playback: str) -> bool:
    query = "mutation ($id: ID!) { playbackTickets(playbackId: $id, indexes: [0]) { ... on PlaybackRefused { code } } }"
    answer = page.request.post(
        f"{page.url}graphql",
        data={"query": query, "variables": {"id": playback}},
        headers={"Accept": "application/json", "Origin": page.url.rstrip("/")},
    )
    return "PLAYBACK_NOT_FOUND" in answer.text()


def _protection(request: Request) -> str:
    if not request.url.endswith("/graphql") or "openPlayback" not in (request.post_data or ""):
        return ""
    return str(json.loads(request.post_data or "")["variables"]["protection"])


def _segment(request: Request) -> str:
    found = _SEGMENT.search(request.url)
    return found[2] if found else ""


def _playback(request: Request) -> str:
    found = _SEGMENT.search(request.url)
    return found[1] if found else ""
