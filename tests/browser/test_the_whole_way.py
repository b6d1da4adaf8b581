"""From a picture on the disk to a video that moves in the page, and to nothing that could be saved."""

from __future__ import annotations

import io
import re

import av
import httpx
from playwright.sync_api import BrowserContext, Page, Response, expect

from tests.browser.visiting import Server, add
from tests.conftest import wait_until

_SEGMENT = re.compile(r"/media/playbacks/playback_\w+/(init|\d+)$")
#: Average of the picture that the video shows now, as three numbers a pixel of a 16 by 16 copy.
_PIXELS = """() => {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 16;
  const context = canvas.getContext('2d');
  context.drawImage(document.querySelector('video'), 0, 0, 16, 16);
  return Array.from(context.getImageData(0, 0, 16, 16).data);
}"""


def test_a_picture_waits_is_made_and_moves(page: Page) -> None:
    add(page, "coffee.png", "astronaut.png")
    card = page.get_by_role("listitem", name="astronaut.png")

    expect(card).to_contain_text("Next in line")
    expect(card).to_contain_text(re.compile(r"Starts about \d+:\d\d"))
    percents = _percents_until_done(page, "astronaut.png")
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
    before, pixels_before = video.evaluate("v => v.currentTime"), page.evaluate(_PIXELS)
    wait_until(lambda: video.evaluate("v => v.currentTime") > before + 1)
    difference = sum(abs(a - b) for a, b in zip(page.evaluate(_PIXELS), pixels_before, strict=True))
    assert difference > 500


def test_the_video_comes_in_pieces_that_are_worth_nothing_twice(
    context: BrowserContext, page: Page, server: Server
) -> None:
    responses: list[Response] = []
    bodies: dict[str, bytes] = {}
    page.on("response", lambda response: responses.append(response))
    page.on("requestfinished", lambda request: _keep_segment(request.url, request.response(), bodies))

    add(page, "astronaut.png")
    expect(page.locator(".player")).to_have_attribute("data-phase", "playing", timeout=20_000)
    wait_until(lambda: page.evaluate("true") and len(bodies) >= 11, what="all segments")

    segments = [r for r in responses if _SEGMENT.search(r.url) and r.status == 200]
    assert len({r.url for r in segments}) == len(segments) >= 9  # the init segment and at least eight more
    assert all(r.headers["cache-control"] == "no-store" for r in segments)
    whole = b"".join(bodies[name] for name in sorted(bodies, key=lambda name: -1 if name == "init" else int(name)))
    assert _shows_a_video(whole), "the control: what the browser received, joined, is a video"
    cookie = "; ".join(f"{c['name']}={c['value']}" for c in context.cookies())
    forged = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}
    for headers in (
        {},
        {"Cookie": cookie},
        {"Cookie": cookie, **forged},
        {"Cookie": cookie, **forged, **_sent(segments[0])},
    ):
        with httpx.Client(headers=headers, follow_redirects=True) as client:
            replayed = [client.get(url).content for url in {r.url for r in responses} if url.startswith("http")]
        assert not any(map(_shows_a_video, replayed))
        assert not _shows_a_video(b"".join(replayed))


def test_the_player_offers_no_way_to_keep_the_file(page: Page) -> None:
    add(page, "chelsea.png")
    video = page.locator("video")
    video.wait_for(timeout=20_000)

    state = video.evaluate(
        "v => ({ controls: v.controls, pip: v.disablePictureInPicture, remote: v.disableRemotePlayback,"
        " menu: v.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true })) })"
    )

    assert state == {"controls": False, "pip": True, "remote": True, "menu": False}


def _percents_until_done(page: Page, name: str) -> list[int]:
    return page.evaluate(
        """name => new Promise((resolve) => {
          const seen = [];
          const look = () => {
            const card = [...document.querySelectorAll('.card')].find((one) => one.ariaLabel === name);
            const bar = card?.querySelector('[role=progressbar]');
            if (bar && card.dataset.state === 'PROCESSING') seen.push(Number(bar.ariaValueNow));
            if (card?.dataset.state === 'COMPLETED') { clearInterval(timer); resolve(seen); }
          };
          const timer = setInterval(look, 30);
        })""",
        name,
    )


def _keep_segment(url: str, response: Response | None, bodies: dict[str, bytes]) -> None:
    if (found := _SEGMENT.search(url)) and response and response.status == 200:
        bodies[found[1]] = response.body()


def _sent(response: Response) -> dict[str, str]:
    return {"I2V-Ticket": response.request.headers["i2v-ticket"]}


def _shows_a_video(data: bytes) -> bool:
    """Whether a decoder finds moving pictures in it. A single picture (a thumbnail) is none."""
    try:
        with av.open(io.BytesIO(data)) as container:
            return sum(1 for _, frame in zip(range(3), container.decode(video=0), strict=False)) > 1
    except (av.FFmpegError, IndexError, ValueError):
        return False
