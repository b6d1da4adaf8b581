"""Attacks from outside the page: fetching addresses again, with a browser's headers or with the tools that people try first."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

import httpx
import yt_dlp
from playwright.sync_api import Page, Request

from tests.browser.read_only.evidence import Picture, decoded
from tests.browser.read_only.scripted_client import FORGED


@dataclass(frozen=True)
class Logged:
    """One request of the page, as a network log has it."""

    method: str
    url: str
    headers: Mapping[str, str]
    posted: str | None


class NetworkLog:
    """Every request of a page in the order in which they were done."""

    def __init__(self, page: Page) -> None:
        self.requests: list[Logged] = []
        page.on("requestfinished", self._keep)

    def _keep(self, request: Request) -> None:
        if not request.url.startswith("http"):
            return
        self.requests.append(Logged(request.method, request.url, request.headers, request.post_data))

    @property
    def urls(self) -> list[str]:
        """Every address once."""
        return list(dict.fromkeys(request.url for request in self.requests))

    @property
    def media(self) -> list[str]:
        """The addresses of what the video came in."""
        return [url for url in self.urls if "/media/playbacks/" in url or url.endswith(".mp4")]

    @property
    def opening(self) -> str:
        """What the page posted to open its playback."""
        return next(r.posted for r in self.requests if r.posted and "openPlayback" in r.posted)


def replays(log: NetworkLog, cookie: str) -> Iterator[list[bytes]]:
    """What every logged address gives a second time, in order of the log, with more and more of what the browser sent:
    nothing, the cookie, the headers that a page cannot forge, and at last all of it, the used tickets too.
    """
    with httpx.Client(follow_redirects=True, timeout=30) as client:
        for headers in ({}, {"Cookie": cookie}, {"Cookie": cookie, **FORGED}):
            yield [client.get(url, headers=headers).content for url in log.urls]
        yield [
            client.request(
                request.method,
                request.url,
                headers=_sendable({**request.headers, **FORGED, "Cookie": cookie}),
                content=request.posted,
            ).content
            for request in log.requests
        ]


def _sendable(headers: Mapping[str, str]) -> dict[str, str]:
    # The length is for the client to say, and an answer that only says "as before" would be no attack.
    left_out = ("content-length", "host", "if-none-match", "if-modified-since", "range", "accept-encoding")
    return {name: value for name, value in headers.items() if name not in left_out and not name.startswith(":")}


_INIT = re.compile(rb'"initSegment":\s*"([^"]+)"')


def joined(bodies: Sequence[tuple[str, bytes]]) -> Iterator[bytes]:
    """Logged bodies put together in every order that could be meant: each alone, as they came, by number, init first."""
    # The init segment comes within the answer to openPlayback: whoever has read the protocol takes it from there.
    given = [("/media/init", base64.b64decode(text)) for _, body in bodies for text in _INIT.findall(body)]
    media = [(url, body) for url, body in (*given, *bodies) if "/media/" in url] or list(bodies)
    numbers = {url: _number(url) for url, _ in media}
    by_number = [body for _, body in sorted(media, key=lambda one: numbers[one[0]])]
    yield from (body for _, body in bodies)
    yield b"".join(body for _, body in bodies)
    yield b"".join(body for _, body in media)
    yield b"".join(by_number)
    yield b"".join(by_number[1:])
    yield unmarked(b"".join(by_number))
    for some in permutations(by_number[1:4]):
        yield b"".join((by_number[0], *some))


def unmarked(data: bytes) -> bytes:
    """The same without the word that it is encrypted: a decoder then takes what there is for clear samples."""
    return data.replace(b"encv", b"avc1").replace(b"sinf", b"free").replace(b"senc", b"free")


def _number(url: str) -> int:
    last = url.rsplit("/", 1)[-1]
    return int(last) if last.isdigit() else -1


def fetched(url: str, cookie: str) -> bytes:
    """A plain fetch, as curl and wget do it."""
    return httpx.get(url, headers={"Cookie": cookie}, follow_redirects=True, timeout=30).content


def played_by_ffmpeg(url: str, cookie: str) -> list[Picture]:
    """The pictures that FFmpeg finds at an address, asked as the viewer."""
    return decoded(url, headers=f"Cookie: {cookie}\r\n")


def saved_by_yt_dlp(url: str, cookie: str, folder: Path) -> list[bytes]:
    """The files that yt-dlp makes of an address, asked as the viewer."""
    folder.mkdir(parents=True, exist_ok=True)
    options = {
        "outtmpl": str(folder / "%(autonumber)s.%(ext)s"),
        "http_headers": {"Cookie": cookie},
        "quiet": True,
        "no_warnings": True,
        "ignoreerrors": True,
        "retries": 0,
        "cachedir": False,
        # No fetching of tools or of itself: it asks this address and no other.
        "allowed_extractors": ["generic", "html5"],
    }
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said), yt_dlp.YoutubeDL(options) as downloader:
        downloader.download([url])
    return [path.read_bytes() for path in folder.iterdir() if path.suffix != ".part"]
