"""How soon there is something to see: of a video that is being made, and of a finished one after the click.

The first: from choosing a picture to the first one that moves, in a job of the true 30 s. The second: the player, encrypted,
beside a plain `<video src>`, both in the same browser and run, of the same video, on loopback, warm: each time a page that was just loaded from the cache
and has come to rest, its video never fetched. The plain one is a whole MP4, its header first, from a small server of its own.
"""

from __future__ import annotations

import asyncio
import functools
import io
import statistics
import tempfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import av
from playwright.async_api import BrowserContext, Page, async_playwright

from i2v_core.media import MediaStore
from tests.browser.visiting import CHROMIUM_ARGS, chromium, running_server

PICTURE = Path(__file__).parents[1] / "tests" / "pictures" / "landscape_1.jpg"
ROUNDS = 20
#: Rounds before that are not counted: everything on both sides has then been used.
WARM_UP = 3
#: Milliseconds in which a page and its server come to rest before the click: nothing of its own loading must be measured.
REST = 1500
#: Milliseconds from the click to when the video's first picture was given to be shown.
_WATCH = """
window.firstFrame = new Promise((resolve) => addEventListener('click', () => {
  const clicked = performance.now();
  document.querySelector('video').requestVideoFrameCallback((_, { presentationTime }) => resolve(presentationTime - clicked));
}, { capture: true, once: true }));
"""
#: Resolves when a picture other than the first has been shown, with the milliseconds since a file was chosen.
_WATCH_MOVING = """
window.firstMoving = new Promise((resolve) => addEventListener('change', () => {
  const chosen = performance.now();
  addEventListener('playing', ({ target }) => {
    const look = (_, { mediaTime }) =>
      mediaTime > 0 ? resolve(performance.now() - chosen) : target.requestVideoFrameCallback(look);
    target.requestVideoFrameCallback(look);
  }, { capture: true, once: true });
}, { capture: true, once: true }));
"""
#: The page clicks by itself, when nothing else happens: what a tool does around a click would take a good part of two cores.
_CLICK = "(button, rest) => { setTimeout(() => button.click(), rest); }"
_PLAIN_PAGE = """<!doctype html><title>plain</title>
<video muted loop playsinline preload=none width=640 height=480></video><button>Play</button>
<script>
document.querySelector('button').onclick = () => {
  const video = document.querySelector('video');
  video.src = '/video.mp4';
  video.play();
};
</script>"""


async def main() -> None:
    """Print both."""
    await _while_it_is_made()
    await _after_the_click()


async def _while_it_is_made() -> None:
    with tempfile.TemporaryDirectory() as name, running_server(Path(name), I2V_MODEL_SECONDS="30") as server:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGS)
            page = await browser.new_page(viewport={"width": 1440, "height": 900})
            await page.add_init_script(_WATCH_MOVING)
            await page.goto(server.url)
            await page.get_by_text("yours would start right away").wait_for()
            await page.set_input_files("input[type=file]", str(PICTURE))
            milliseconds = float(await page.evaluate("window.firstMoving"))
            await browser.close()
    print(f"from choosing a picture to the first moving one, in a job of 30 s: {milliseconds / 1000:.2f} s")


async def _after_the_click() -> None:
    with tempfile.TemporaryDirectory() as name, running_server(Path(name), I2V_MODEL_SECONDS="1") as server:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGS)
            # Whoever wants no motion has to click, so the click is what starts it.
            context = await browser.new_context(reduced_motion="reduce", viewport={"width": 1440, "height": 900})
            await context.add_init_script(_WATCH)
            page = await context.new_page()
            await _make_video(page, server.url)
            stranger = _plain_server(_whole_video(server.data / "media", Path(name) / "whole.mp4"))
            times: dict[str, list[float]] = {"plain <video src>": [], "player, encrypted": []}
            for turn in range(WARM_UP + ROUNDS):
                # In turn, so that whatever else the machine does falls on both.
                for what, url, button in (
                    ("plain <video src>", f"http://127.0.0.1:{stranger.server_port}/", "button"),
                    ("player, encrypted", server.url, ".player-button >> nth=0"),
                ):
                    milliseconds = await _first_frame(context, url, button)
                    if turn >= WARM_UP:
                        times[what].append(milliseconds)
            stranger.shutdown()
            await browser.close()
    print(f"\n| click to first frame, ms ({ROUNDS} times, warm) | median | least | most |\n|---|---|---|---|")
    for what, measured in times.items():
        print(f"| {what} | {statistics.median(measured):.0f} | {min(measured):.0f} | {max(measured):.0f} |")


async def _make_video(page: Page, url: str) -> None:
    await page.goto(url)
    await page.set_input_files("input[type=file]", str(PICTURE))
    await page.locator("[data-state=COMPLETED]").wait_for(timeout=60_000)
    await page.close()


async def _first_frame(context: BrowserContext, url: str, button: str) -> float:
    page = await context.new_page()
    await page.goto(url)
    target = page.locator(button)
    await target.wait_for()
    await page.evaluate("document.fonts.ready")
    await target.evaluate(_CLICK, REST)
    milliseconds = float(await page.evaluate("window.firstFrame"))
    await page.close()
    return milliseconds


def _whole_video(media: Path, path: Path) -> bytes:
    """The video, by way of a file at `path`, as one ordinary MP4 with its header first: its pictures untouched, only in another order of boxes."""
    store = MediaStore(media)
    ((job, _),) = store.job_ids()
    count = len([path for path in (media / job / "1").glob("*.m4s") if ".b." not in path.name])
    fragments = store.init(job, 1) + b"".join(store.segment(job, 1, index) for index in range(count))
    with (
        av.open(io.BytesIO(fragments)) as source,
        av.open(path, "w", format="mp4", options={"movflags": "faststart"}) as target,
    ):
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    return path.read_bytes()


class _Plain(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, video: bytes, *args: object) -> None:
        self._video = video
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        is_video = self.path == "/video.mp4"
        body = self._video if is_video else _PLAIN_PAGE.encode()
        status, first, last = 200, 0, len(body) - 1
        if is_video and (asked := self.headers.get("Range")):
            status, first = 206, int(asked.removeprefix("bytes=").split("-")[0])
        self.send_response(status)
        self.send_header("Content-Type", "video/mp4" if is_video else "text/html")
        self.send_header("Content-Length", str(last - first + 1))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Accept-Ranges", "bytes")
        if status == 206:
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(body)}")
        self.end_headers()
        try:
            self.wfile.write(body[first : last + 1])
        except OSError:
            return  # a browser takes as much as it wants and closes

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _plain_server(video: bytes) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Plain, video))
    Thread(target=server.serve_forever, daemon=True).start()
    return server


if __name__ == "__main__":
    asyncio.run(main())
