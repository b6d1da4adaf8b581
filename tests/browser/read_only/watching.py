"""A video to be attacked, and pages that play it: ours under either protection, and the plain one that is the control."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext, Page

from tests.browser.read_only.downloaders import NetworkLog
from tests.browser.read_only.evidence import Truth
from tests.browser.read_only.inside_the_page import HOOKS, NO_CLEAR_KEY
from tests.browser.read_only.plain_video import PlainVideo, plain_video
from tests.browser.read_only.scripted_client import ScriptedClient
from tests.browser.visiting import Server
from tests.conftest import PICTURES

#: As the API names them, and the columns of the table.
CENC, AES_GCM, PLAIN = "CENC", "AES_GCM", "plain"
#: It has played a little, and all of it has been fetched.
_PLAYING = """() => { const video = document.querySelector('video');
  return video && video.currentTime > 0.2 && !video.paused && video.buffered.length &&
    video.buffered.end(video.buffered.length - 1) > video.duration - 0.2; }"""


@dataclass(frozen=True)
class Target:
    """A finished video: who owns it, what it truly shows, and the same in the clear."""

    server: Server
    owner: ScriptedClient
    job: str
    truth: Truth
    plain: PlainVideo


@dataclass(frozen=True)
class Viewing:
    """A page that plays the video under this protection, all that it asked the network for, and its viewer's cookie."""

    protection: str
    page: Page
    log: NetworkLog
    cookie: str


@contextmanager
def finished_video(server: Server) -> Iterator[Target]:
    """A viewer's video and its control, until the block ends."""
    owner = ScriptedClient(server.url)
    # A pan: every frame is another part of the picture, so that frames can be told apart.
    job = owner.make_video(PICTURES / "coffee.png", motion="PAN", seconds=3, seed=1)
    truth = Truth(_stored(server.data / "media" / job))
    mime_type = owner.open(job, CENC).answer["mimeType"]
    with plain_video(truth.file, mime_type) as plain:
        yield Target(server, owner, job, truth, plain)


def watch(context: BrowserContext, target: Target, protection: str) -> Viewing:
    """Play it in a new tab, to the last segment. For the control: `PLAIN`."""
    if protection == AES_GCM:
        context.add_init_script(NO_CLEAR_KEY)
    context.add_init_script(HOOKS)
    cookies = target.owner.http.cookies
    context.add_cookies([{"name": name, "value": value, "url": target.server.url} for name, value in cookies.items()])
    page = context.new_page()
    page.set_viewport_size({"width": 1280, "height": 1400})  # the whole card
    log = NetworkLog(page)
    page.goto(target.plain.page if protection == PLAIN else target.server.url)
    page.wait_for_function(_PLAYING, timeout=20_000)
    return Viewing(protection, page, log, target.owner.cookie)


def watch_clear_mse(context: BrowserContext, target: Target) -> Page:
    """The control for hooks on Media Source Extensions."""
    context.add_init_script(HOOKS)
    page = context.new_page()
    page.goto(target.plain.mse)
    page.wait_for_function(_PLAYING, timeout=20_000)
    return page


def _stored(folder: Path) -> bytes:
    """The video in the clear, from the server's own disk: variant A of every segment of the last run."""
    run = max((path.parent for path in folder.glob("*/init.mp4")), key=lambda path: int(path.name))
    segments = sorted((path for path in run.glob("*.m4s") if path.stem.isdigit()), key=lambda path: int(path.stem))
    return b"".join(path.read_bytes() for path in (run / "init.mp4", *segments))
