"""The control of every attack: the same video in the clear, on pages as anybody would write them, from a server of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_PAGE = b"<!doctype html><title>plain</title><video src='/video.mp4' width=640 muted autoplay loop controls></video>"
#: The same video in the clear through Media Source Extensions, for the hooks on them.
_MSE = """<!doctype html><title>clear MSE</title><video width=640 muted autoplay loop></video><script>
const source = new MediaSource();
document.querySelector('video').src = URL.createObjectURL(source);
source.addEventListener('sourceopen', async () => {
  const buffer = source.addSourceBuffer(TYPE);
  const data = await (await fetch('/video.mp4')).arrayBuffer();
  buffer.appendBuffer(data);
  buffer.addEventListener('updateend', () => source.endOfStream(), { once: true });
}, { once: true });
</script>"""


@dataclass(frozen=True)
class PlainVideo:
    """Where the control is reached."""

    page: str
    mse: str
    file: str


@contextmanager
def plain_video(video: bytes, mime_type: str) -> Iterator[PlainVideo]:
    """Serve it on loopback until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path == "/video.mp4":
                self._answer_with_video()
            elif self.path in ("/", "/mse"):
                self._answer(
                    200, "text/html", _PAGE if self.path == "/" else _MSE.replace("TYPE", repr(mime_type)).encode()
                )
            else:
                self._answer(404, "text/plain", b"")

        def do_HEAD(self) -> None:
            self.do_GET()

        def _answer_with_video(self) -> None:
            asked = self.headers.get("Range", "").removeprefix("bytes=").partition("-")[0]
            if not asked:
                return self._answer(200, "video/mp4", video)
            end = f"bytes {asked}-{len(video) - 1}/{len(video)}"
            return self._answer(206, "video/mp4", video[int(asked) :], ("Content-Range", end))

        def _answer(self, status: int, kind: str, body: bytes, *headers: tuple[str, str]) -> None:
            self.send_response(status)
            common = ("Content-Type", kind), ("Content-Length", str(len(body))), ("Accept-Ranges", "bytes")
            for name, value in (*common, ("Cache-Control", "max-age=3600"), ("ETag", '"1"'), *headers):
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:  # a browser that has seen enough
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        base = f"http://127.0.0.1:{server.server_port}"
        yield PlainVideo(f"{base}/", f"{base}/mse", f"{base}/video.mp4")
    finally:
        server.shutdown()
        server.server_close()
        serving.join()
