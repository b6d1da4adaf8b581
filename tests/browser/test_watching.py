"""A video is watched while it is being made, in one element that is never loaded anew, and told of when it breaks off."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.holding import held, models_of
from tests.browser.line import empty_the_line
from tests.browser.probe import PROBE, buffered_end, place, seen
from tests.browser.visiting import Server, add, open_page, running_server
from tests.conftest import wait_until

#: Three seconds of video in six segments, each of which takes a second and a half to make: the part that there is must loop.
SLOW = {"I2V_MODEL_SECONDS": "9", "I2V_VIDEO_SECONDS": "3"}


@pytest.fixture(scope="module")
def slow(built_page: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that makes a video more slowly than it plays."""
    with running_server(tmp_path_factory.mktemp("slow"), **SLOW, I2V_MAX_ATTEMPTS="2") as server:
        yield server


@pytest.fixture
def nobody_else(slow: Server) -> Iterator[None]:
    """However the test ends, or its beginning: nothing of it is left for the next one to wait for."""
    yield
    empty_the_line(slow)


@pytest.fixture
def watching(context: BrowserContext, slow: Server, nobody_else: None) -> Page:
    """A page on which a job is being made and already plays."""
    context.add_init_script(PROBE)
    page = open_page(context, slow)
    add(page, "coffee.png")
    _expect_playing_while_made(page, slow)
    return page


def test_it_plays_before_it_is_whole_and_becomes_the_whole(
    watching: Page, record_property: Callable[[str, object], None]
) -> None:
    video = watching.locator("video")
    handle = video.element_handle()
    source = video.evaluate("v => v.src")
    first_part = buffered_end(video)

    wait_until(lambda: seen(watching)["seeks"], what="the part that is made looping")
    expect(watching.locator("[data-state=COMPLETED]")).to_have_count(1, timeout=20_000)
    expect(watching.locator(".player")).to_have_attribute("data-growing", "false")
    wait_until(lambda: place(video) > 2.5, what="the picture coming to the end of the whole")
    wait_until(lambda: place(video) < 1, what="the whole looping")

    record_property("seconds from choosing the picture to the first moving one", seen(watching)["moving"])
    assert first_part < 1.1
    assert buffered_end(video) == pytest.approx(3, abs=0.05)
    assert video.evaluate("(v, before) => v === before", handle), "the element is the same one"
    assert video.evaluate("v => v.src") == source
    what = seen(watching)
    assert (what["loadstart"], what["emptied"]) == (1, 0)
    assert set(what["seeks"]) == {0}, "nothing but the beginning was ever gone to"


def test_the_picture_goes_on_where_it_held_when_a_segment_arrives(watching: Page) -> None:
    video = watching.locator("video")
    watching.evaluate(_RECORD_PLACES)

    expect(watching.locator("[data-state=COMPLETED]")).to_have_count(1, timeout=20_000)

    places: list[float] = watching.evaluate("window.places")
    jumps = [(a, b) for a, b in pairwise(places) if b < a - 0.02]
    assert jumps, "it looped"
    assert all(b < 0.3 for _, b in jumps), "every jump was to the beginning"
    assert watching.evaluate("window.blank") == 0, "there was a picture all the time"
    assert video.evaluate("v => !v.paused")


def test_the_progress_stays_readable_and_nobody_is_talked_at(watching: Page) -> None:
    watching.evaluate(_RECORD_SPOKEN)
    badge, bar = watching.locator(".card-percent"), watching.get_by_label("Position in coffee.png")

    said = bar.get_attribute("aria-valuetext")
    box, controls = badge.bounding_box(), watching.locator(".player-controls").bounding_box()

    assert box
    assert controls
    assert box["y"] + box["height"] <= controls["y"], "the badge is not under the controls"
    assert "made so far" in (said or "")
    expect(watching.locator("[data-state=COMPLETED]")).to_have_count(1, timeout=20_000)
    expect(watching.locator(".announcer")).to_have_text("coffee.png is ready to watch")
    assert [said for said in watching.evaluate("window.spoken") if said] == ["coffee.png is ready to watch"]


def test_a_reload_in_the_middle_continues(watching: Page, slow: Server) -> None:
    with held(slow):
        watching.reload()
        _expect_playing(watching)
    expect(watching.locator("[data-state=COMPLETED]")).to_have_count(1, timeout=20_000)
    wait_until(lambda: buffered_end(watching.locator("video")) > 2.9, what="the whole video")


def test_what_is_cancelled_while_watched_says_so_over_its_last_picture(watching: Page) -> None:
    watching.get_by_role("button", name="Cancel coffee.png").click()

    said = watching.locator(".player-trouble")
    expect(said).to_contain_text("ancelled")
    expect(said).to_contain_text("picture again")
    video = watching.locator("video")
    wait_until(lambda: video.evaluate("v => v.paused && v.readyState >= 2"), what="the last picture, which stays")
    assert seen(watching)["emptied"] == 0
    expect(watching.get_by_role("button", name="Delete coffee.png")).to_be_visible()


def test_what_fails_while_watched_says_so_and_what_starts_over_starts_over(watching: Page, slow: Server) -> None:
    _kill_the_model(slow)
    expect(watching.locator(".player-note")).to_have_text("Starting over")
    wait_until(lambda: seen(watching)["emptied"] >= 1, what="the first attempt's video going")
    wait_until(lambda: watching.get_by_text("attempt 2").count(), what="the second attempt")

    _expect_playing_while_made(watching, slow)
    expect(watching.locator(".player-note")).to_have_count(0)
    assert seen(watching)["loadstart"] == 2, "the second attempt is another video"

    _kill_the_model(slow)
    said = watching.locator(".player-trouble")
    expect(said).to_be_visible(timeout=20_000)
    expect(watching.locator("[data-state=FAILED]")).to_have_count(1)
    assert len(said.inner_text().splitlines()) >= 2, "what happened, and what to do"
    video = watching.locator("video")
    wait_until(lambda: video.evaluate("v => v.paused && v.readyState >= 2"), what="the last picture, which stays")
    expect(watching.locator(".player").get_by_text("Try again")).to_have_count(0)

    watching.get_by_role("button", name="Try again: coffee.png").press("Enter")
    expect(said).to_have_count(0)
    expect(watching.get_by_role("button", name="Cancel coffee.png")).to_be_focused()
    _expect_playing_while_made(watching, slow)


def test_what_a_restart_of_the_server_breaks_off_starts_over(watching: Page, slow: Server) -> None:
    slow.stop()
    expect(watching.get_by_text("reconnecting")).to_be_visible()
    slow.start()

    expect(watching.locator(".player-note")).to_have_text("Starting over", timeout=30_000)
    _expect_playing_while_made(watching, slow)
    expect(watching.locator("[data-state=COMPLETED]")).to_have_count(1, timeout=30_000)
    wait_until(lambda: buffered_end(watching.locator("video")) > 2.9, what="the whole video")


def test_one_that_is_made_faster_than_it_plays_streams_without_a_stop(
    built_page: None, context: BrowserContext, tmp_path: Path
) -> None:
    context.add_init_script(PROBE)
    with running_server(tmp_path, I2V_MODEL_SECONDS="5", I2V_VIDEO_SECONDS="10") as server:
        page = open_page(context, server)
        add(page, "coffee.png")

        _expect_playing(page)
        expect(page.locator("[data-state=COMPLETED]")).to_have_count(1, timeout=20_000)
        # All of it is there, and half of it is still to play.
        what = seen(page)

    assert what["seeks"] == [], "it never had to go back"
    assert what["loadstart"] == 1


def _expect_playing_while_made(page: Page, server: Server) -> None:
    player = page.locator("[data-state=PROCESSING] .player")
    expect(player).to_have_attribute("data-phase", re.compile("starting|playing"))
    with held(server):  # however long the browser takes to start, the job does not end meanwhile
        _expect_playing(page)


def _expect_playing(page: Page) -> None:
    expect(page.locator("[data-state=PROCESSING] .player")).to_have_attribute("data-phase", "playing")
    wait_until(lambda: place(page.locator("video")) > 0.1, what="the picture moving")


def _kill_the_model(server: Server) -> None:
    # All there are: one that was cancelled before may still be about to end.
    models = models_of(server)
    assert models, "no process of the model"
    for model in models:
        with suppress(psutil.NoSuchProcess):
            model.kill()


#: Writes down where the picture is with every picture of the screen, and counts those without one.
_RECORD_PLACES = """() => {
  window.places = [];
  window.blank = 0;
  const video = document.querySelector('video');
  video.addEventListener('seeking', () => window.places.push(video.currentTime));  // pictures of the screen may be rare
  const look = () => {
    window.places.push(video.currentTime);
    if (video.readyState === 0) window.blank += 1;
    requestAnimationFrame(look);
  };
  look();
}"""

#: Writes down what screen readers are told of their own accord.
_RECORD_SPOKEN = """() => {
  window.spoken = [];
  for (const live of document.querySelectorAll('[aria-live], [role=status], [role=alert]')) {
    new MutationObserver(() => window.spoken.push(live.textContent))
      .observe(live, { subtree: true, childList: true, characterData: true });
  }
}"""
