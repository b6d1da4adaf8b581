"""Many open pages on one web process while some of them upload: memory, processor and delay, and what gives first.

A page is what a browser has open of it: the document, its cookie and the socket of its state, spoken here without a
browser. I2V_BENCH_PAGES (200,500,1000) says how many, one after the other on the same process.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import resource
import statistics
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psutil
import websockets
from websockets.asyncio.client import ClientConnection

from benchmarks.api_client import picture
from benchmarks.deployment import Deployment

SIZES = [int(size) for size in os.environ.get("I2V_BENCH_PAGES", "200,500,1000").split(",")]
#: Pages opened at once: as many as come in a busy moment, not as an attack.
_OPENING = 20
#: Seconds of quiet and of uploads that are measured, and uploads a second: a picture every 250 ms from all people together.
_QUIET_SECONDS, _BUSY_SECONDS, _UPLOADS = 20.0, 20.0, 4.0
#: Pages that upload.
_UPLOADERS = 20
#: Tabs of one person for the cost of a delta, and what is made meanwhile, as videos and their seconds in the model: one of
#: which little but the percentage changes, and several in a row, each of which is new to each tab.
_TABS, _MADE = 100, ((1, 10.0), (5, 1.0))
#: Seconds for a page to be ready and for an upload to be seen.
_PATIENCE = 60.0
_UPLOAD = "mutation ($image: Upload!) { uploadImage(image: $image) { __typename ... on Job { id } ... on Refusal { code message } } }"
_JOB = re.compile(r"job_[a-z0-9]{24}")
#: What a page's script sends once its socket is open: Reflex 0.10's first event. It has no state of its own yet.
_HYDRATE = {
    "name": "reflex___state____state.hydrate_and_load",
    "payload": {"hashes": []},
    "router_data": {"pathname": "/", "asPath": "/"},
}


@dataclass
class Page:
    """One open page."""

    cookie: str
    socket: ClientConnection
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    deltas: int = 0
    bytes: int = 0
    #: When (monotonic) each job was first shown.
    seen: dict[str, float] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def read(self) -> None:
        """Take in what is sent, as the browser does, until the socket is closed."""
        async for message in self.socket:
            text = message if isinstance(message, str) else message.decode()
            if text == "2":
                await self.socket.send("3")
            elif text.startswith("42"):
                self._delta(text)

    def _delta(self, text: str) -> None:
        self.deltas += 1
        self.bytes += len(text)
        if '"ready_rx_state_":true' in text:
            self.ready.set()
        for job in _JOB.findall(text):
            self.seen.setdefault(job, time.monotonic())
        self.changed.set()

    async def shows(self, job: str) -> float:
        """When (monotonic) the job was first shown; waits for it."""
        while job not in self.seen:
            self.changed.clear()
            await self.changed.wait()
        return self.seen[job]


@dataclass(frozen=True)
class Used:
    """What the web process used of a core, and what the pages got, in some seconds."""

    core: float
    seconds: float
    deltas: int
    bytes: int


async def main() -> None:
    """Print the table."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    print(
        f"\n| telling {_TABS} tabs of one person | deltas | bytes each | ms of a core each, all that leads to it included |"
    )
    print("|---|---|---|---|")
    for videos, seconds in _MADE:
        await _deployed(seconds, partial(_one_delta, videos=videos, seconds=seconds))
    await _deployed(1.0, _rows)


async def _deployed(model_seconds: float, measure: Callable[[Deployment], Awaitable[None]]) -> None:
    settings = {
        "model_seconds": model_seconds,
        "video_long_side": 128,
        "waiting_per_viewer": 1000,
        "uploads_per_minute": 100_000,
        "uploads_in_flight": 200,
        "operations_per_minute": 1_000_000,  # a hundred tabs of one person are for the measuring
        "operations_per_minute_per_address": 10_000_000,
    }
    with tempfile.TemporaryDirectory() as folder:
        deployment = Deployment(Path(folder), front="web", **settings)
        try:
            deployment.start()
            await measure(deployment)
        finally:
            deployment.stop()


async def _rows(deployment: Deployment) -> None:
    print(
        "\n| pages open | opened, a second | KB each | a core, quiet, % | a core, uploads, % | delta, bytes "
        "| upload to card, ms: p50 | p99 | upload answered, ms: p50 | p99 |\n|---|---|---|---|---|---|---|---|---|---|"
    )
    process = psutil.Process(deployment.processes["api"].pid)
    async with httpx.AsyncClient(base_url=deployment.url, timeout=_PATIENCE) as http:
        pages: list[Page] = []
        tasks: set[asyncio.Task[None]] = set()
        await _open(deployment, http, pages, tasks, 1)  # what is loaded once is loaded
        empty = process.memory_full_info().uss
        for size in SIZES:
            began, before = time.monotonic(), len(pages)
            await _open(deployment, http, pages, tasks, size - before)
            opened = (size - before) / (time.monotonic() - began)
            quiet = await _used(process, pages, asyncio.sleep(_QUIET_SECONDS))
            memory = (process.memory_full_info().uss - empty) / (len(pages) - 1)
            answers: list[float] = []
            shown: list[float] = []
            busy = await _used(process, pages, _upload_all(http, pages, answers, shown))
            print(
                f"| {size:,} | {opened:.0f} | {memory / 1000:.0f} | {100 * quiet.core:.0f} | {100 * busy.core:.0f} "
                f"| {busy.bytes / max(1, busy.deltas):.0f} "
                f"| {_p(shown, 50):.0f} | {_p(shown, 99):.0f} | {_p(answers, 50):.0f} | {_p(answers, 99):.0f} |",
                flush=True,
            )
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for page in pages:
            await page.socket.close()


async def _one_delta(deployment: Deployment, *, videos: int, seconds: float) -> None:
    """What it costs to tell one browser something: many tabs of one person, who watches pictures being made."""
    process = psutil.Process(deployment.processes["api"].pid)
    async with httpx.AsyncClient(base_url=deployment.url, timeout=_PATIENCE) as http:
        pages: list[Page] = []
        tasks: set[asyncio.Task[None]] = set()
        await _open(deployment, http, pages, tasks, 1)
        await _open(deployment, http, pages, tasks, _TABS - 1, pages[0].cookie)

        async def made() -> None:
            for number in range(videos):
                await _upload(http, pages[0], number, [], [])
                await asyncio.sleep(seconds + 0.5)

        quiet = await _used(process, pages, asyncio.sleep(5))
        used = await _used(process, pages, made())
        for page in pages:
            await page.socket.close()
        await asyncio.gather(*tasks, return_exceptions=True)
    deltas = used.deltas - quiet.deltas * used.seconds / quiet.seconds
    core = used.core - quiet.core
    print(
        f"| {videos} of {seconds:g} s | {used.deltas:,} | {used.bytes / used.deltas:.0f} | {1000 * core * used.seconds / deltas:.2f} |",
        flush=True,
    )


async def _open(
    deployment: Deployment,
    http: httpx.AsyncClient,
    pages: list[Page],
    tasks: set[asyncio.Task[None]],
    count: int,
    cookie: str = "",
) -> None:
    """Open so many pages, each somebody else's, or all of the one whose cookie it is."""
    limit = asyncio.Semaphore(_OPENING)

    async def one() -> None:
        async with limit:
            document = await http.get("/", headers={"Cookie": cookie})
            http.cookies.clear()
            own = cookie or document.headers["set-cookie"].split(";")[0]
            socket = await websockets.connect(
                f"{deployment.url.replace('http', 'ws')}/_event/?token={uuid.uuid4()}&EIO=4&transport=websocket",
                additional_headers={"Cookie": own},
                origin=websockets.Origin(deployment.url),
                max_size=None,
                ping_interval=None,
            )
            page = Page(own, socket)
            await socket.recv()
            await socket.send("40/_event," + json.dumps({"event": _HYDRATE}))
            tasks.add(asyncio.create_task(page.read()))
            await asyncio.wait_for(page.ready.wait(), _PATIENCE)
            pages.append(page)

    await asyncio.gather(*(one() for _ in range(count)))


async def _upload_all(http: httpx.AsyncClient, pages: list[Page], answers: list[float], shown: list[float]) -> None:
    uploads, end = [], time.monotonic() + _BUSY_SECONDS
    for number in range(round(_BUSY_SECONDS * _UPLOADS)):
        uploads.append(asyncio.create_task(_upload(http, pages[number % _UPLOADERS], number, answers, shown)))
        await asyncio.sleep(1 / _UPLOADS)
    await asyncio.gather(*uploads)
    await asyncio.sleep(max(0.0, end - time.monotonic()))


async def _upload(http: httpx.AsyncClient, page: Page, number: int, answers: list[float], shown: list[float]) -> None:
    began = time.monotonic()
    answer = await http.post(
        "/graphql",
        data={
            "operations": json.dumps({"query": _UPLOAD, "variables": {"image": None}}),
            "map": '{"0":["variables.image"]}',
        },
        files={"0": ("picture.jpg", picture(number))},
        headers={"Cookie": page.cookie, "X-I2V-Request": "1"},
    )
    answered = time.monotonic()
    uploaded = (answer.json().get("data") or {}).get("uploadImage") or answer.json()
    if "id" not in uploaded:
        raise RuntimeError(f"a picture was not taken in: {uploaded}")
    job = uploaded["id"]
    seen = await asyncio.wait_for(page.shows(job), _PATIENCE)
    answers.append(1000 * (answered - began))
    shown.append(max(0.0, 1000 * (seen - answered)))


async def _used(process: psutil.Process, pages: list[Page], meanwhile: Coroutine[Any, Any, None]) -> Used:
    """What is used while `meanwhile` goes on."""
    before = sum(process.cpu_times()[:2]), sum(page.deltas for page in pages), sum(page.bytes for page in pages)
    began = time.monotonic()
    await meanwhile
    after = sum(process.cpu_times()[:2]), sum(page.deltas for page in pages), sum(page.bytes for page in pages)
    seconds = time.monotonic() - began
    return Used((after[0] - before[0]) / seconds, seconds, after[1] - before[1], after[2] - before[2])


def _p(values: list[float], part: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[part - 1]
