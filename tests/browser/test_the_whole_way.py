"""From a picture on the disk to a video that moves in the page, and to nothing that could be saved."""

from __future__ import annotations

import re

import numpy as np
from playwright.sync_api import Page, Response, expect

from i2v_core.media import MediaStore
from tests.browser.holding import held
from tests.browser.read_only.evidence import Truth, picture
from tests.browser.visiting import Server, add
from tests.conftest import wait_until

_SEGMENT = re.compile(r"/media/playbacks/playback_\w+/(\d+)$")
#: Writes down every percent that a card shows while its video is being made.
_RECORD_PERCENTS = """(name) => {
  window.percents = [];
  const look = () => {
    const card = [...document.querySelectorAll('.card')].find((one) => one.ariaLabel === name);
    const bar = card?.dataset.state === 'PROCESSING' && card.querySelector('[role=progressbar]');
    if (bar && window.percents.at(-1) !== Number(bar.ariaValueNow)) window.percents.push(Number(bar.ariaValueNow));
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
}"""


def test_a_picture_waits_is_made_and_moves(page: Page, server: Server) -> None:
    page.evaluate(_RECORD_PERCENTS, "astronaut.png")
    card = page.get_by_role("listitem", name="astronaut.png")
    with held(server):
        add(page, "coffee.png", "astronaut.png")

        expect(card).to_contain_text("Next in line", timeout=20_000)
        expect(card).to_contain_text(re.compile(r"Starts about \d+:\d\d"))

    expect(card).to_have_attribute("data-state", "COMPLETED", timeout=30_000)
    percents = page.evaluate("window.percents")
    assert percents == sorted(percents)
    assert len(set(percents)) >= 4, percents

    card.scroll_into_view_if_needed()
    card.get_by_role("button", name="Play astronaut.png").or_(
        card.get_by_role("button", name="Pause astronaut.png")
    ).wait_for()
    if card.locator(".player").get_attribute("data-phase") != "playing":
        card.get_by_role("button", name="Play astronaut.png").click()
    expect(card.locator(".player")).to_have_attribute("data-phase", "playing")
    video = card.locator("video")
    before, seen_before = video.evaluate("v => v.currentTime"), picture(video.screenshot())
    # Either way: it plays over and over.
    wait_until(lambda: abs(video.evaluate("v => v.currentTime") - before) > 1)
    # The camera comes back as well: for moments that lie as it does, what is seen is the same.
    wait_until(
        lambda: np.abs(picture(video.screenshot()) - seen_before.astype(float)).mean() > 2, what="what is seen moving"
    )


def test_the_video_comes_in_encrypted_pieces_that_are_each_fetched_once(page: Page, server: Server) -> None:
    responses: list[Response] = []
    bodies: dict[str, bytes] = {}
    page.on("response", lambda response: responses.append(response))
    page.on("requestfinished", lambda request: _keep_segment(request.url, request.response(), bodies))

    add(page, "astronaut.png")
    expect(page.locator(".player")).to_have_attribute("data-phase", "playing", timeout=20_000)
    wait_until(lambda: page.evaluate("true") and len(bodies) >= 10, what="all segments")

    segments = [r for r in responses if _SEGMENT.search(r.url) and r.status == 200]
    assert len({r.url for r in segments}) == len(segments) == 10, "ten segments, each once"
    assert all(r.headers["cache-control"] == "no-store" for r in segments)
    stored = MediaStore(server.data / "media")
    job = page.locator("[data-job]").get_attribute("data-job") or ""
    clear = Truth(stored.init(job, 1) + b"".join(stored.segment(job, 1, index) for index in range(10)))
    # With the clear header before them: the init segment came in the answer to openPlayback.
    received = stored.init(job, 1) + b"".join(bodies[str(index)] for index in range(10))
    assert clear.is_in(clear.file), "the control: what is stored, joined in the same way, is the video"
    assert not clear.is_in(received)


def test_the_player_offers_no_way_to_keep_the_file(page: Page) -> None:
    add(page, "chelsea.png")
    video = page.locator("video")
    video.wait_for(timeout=20_000)

    state = video.evaluate(
        "v => ({ controls: v.controls, pip: v.disablePictureInPicture, remote: v.disableRemotePlayback,"
        " menu: v.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true })) })"
    )

    assert state == {"controls": False, "pip": True, "remote": True, "menu": False}


def _keep_segment(url: str, response: Response | None, bodies: dict[str, bytes]) -> None:
    if (found := _SEGMENT.search(url)) and response and response.status == 200:
        bodies[found[1]] = response.body()
