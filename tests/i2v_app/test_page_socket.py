"""The page's own socket (`/_event`), spoken as a browser does on a real server: by which cookie, and how long it is watched."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from http.cookies import SimpleCookie
from typing import Any

import psutil
import pytest
import websockets
from websockets.asyncio.client import ClientConnection

from i2v_core.jobs import new_id
from i2v_core.settings import Settings
from i2v_core.store import connect
from i2v_core.tasks import ended
from i2v_core.viewers import COOKIE, ViewerCookie, flow_of
from tests.conftest import PICTURES, OwnRedis, eventually, free_port, wait_until
from tests.fundamentals.server import Server, Viewer

NEW, OLD = "the-secret-that-signs-now", "the-secret-that-signed-before"
PERSON = "198.51.100.7"
_JOBS = "reflex___state____state.i2v_app___states___jobs____jobs_state"
#: What a page's script sends once its socket is open.
_HYDRATE = {"name": "reflex___state____state.hydrate_and_load", "payload": {"hashes": []}}
_AT = {"router_data": {"pathname": "/", "asPath": "/", "query": {}}}
#: A proxy that does not answer: whatever is sent there is lost.
_PROXIES = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The page and its API, in an environment that has proxies for everything."""
    folder = tmp_path_factory.mktemp("site")
    redis = OwnRedis(tmp_path_factory.mktemp("r"))
    redis.start()
    with pytest.MonkeyPatch.context() as around:
        for name, value in _PROXIES.items():
            around.setenv(name, value)
        around.delenv("NO_PROXY", raising=False)
        around.delenv("no_proxy", raising=False)
        server = Server(
            Settings(
                data_dir=folder,
                redis_url=redis.url,
                port=free_port(),
                secret=f"{NEW},{OLD}",
                trusted_proxies="127.0.0.1",
            )
        )
        server.start("web")
    wait_until(server._answers, 150, "the page's server answering")
    yield server
    server.stop_all()
    redis.kill()


class Tab:
    """An open page's socket: what it was told of the page's state, and what it tells."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.state: dict[str, Any] = {}
        self.told = ""
        #: The cookie that the handshake's answer set.
        given = SimpleCookie(socket.response.headers.get("Set-Cookie", "") if socket.response else "")
        self.cookie = given[COOKIE].value if COOKIE in given else None

    async def does(self, event: str, **payload: object) -> None:
        """Send an event of the page."""
        await self._send({"name": f"{_JOBS}.{event}", "payload": payload, **_AT})

    async def read(self) -> None:
        """Take in what is sent, until the socket is closed."""
        await self._socket.send("40/_event,")
        async for message in self._socket:
            if message == "2":  # engine.io's ping
                await self._socket.send("3")
            elif str(message).startswith("40/_event"):
                await self._send({**_HYDRATE, **_AT})
            elif str(message).startswith("42/_event,"):
                self.told += str(message)
                update = json.loads(str(message).removeprefix("42/_event,"))[1]
                self.state |= (update.get("delta") or {}).get(_JOBS, {})

    async def shows(self, name: str, *values: object) -> bool:
        """Whether a variable of the page's jobs is one of these now."""
        return self.state.get(f"{name}_rx_state_") in values

    async def was_told(self, words: str) -> bool:
        """Whether anything of what was sent has these words."""
        return words in self.told

    async def _send(self, event: dict[str, object]) -> None:
        await self._socket.send("42/_event," + json.dumps(["event", event]))


@asynccontextmanager
async def tab(site: Server, cookie: str | None, address: str = "198.51.100.1") -> AsyncIterator[Tab]:
    """A page that somebody opens with this cookie; nothing is asked of the server but its socket."""
    headers = {"X-Forwarded-For": address} | ({"Cookie": f"a=b; {COOKIE}={cookie}; c=d"} if cookie else {})
    url = f"{site.url.replace('http', 'ws')}/_event/?EIO=4&transport=websocket&token={new_id('viewer')}"
    async with websockets.connect(url, additional_headers=headers, proxy=None) as socket:
        opened = Tab(socket)
        reading = asyncio.create_task(opened.read())
        yield opened
        await ended(reading)


async def has_its_list(opened: Tab) -> None:
    await eventually(lambda: opened.shows("link", "live"), 40, "the page being live")


def signed(secret: str, days_ago: float = 0) -> tuple[str, str]:
    """A viewer, and the cookie that a server with this secret gave them."""
    viewer, then = new_id("viewer"), time.time() - days_ago * 24 * 3600
    with pytest.MonkeyPatch.context() as clock:
        clock.setattr(time, "time", lambda: then)
        return viewer, ViewerCookie(secret).sign(viewer)


def viewer_of(cookie: str | None) -> str:
    assert cookie is not None, "the handshake set no cookie"
    read = ViewerCookie(NEW).read(cookie)
    assert read is not None
    return read[0]


# By which cookie ------------------------------------------------------------------------------------------------------


async def test_a_page_that_brings_no_cookie_is_told_so(site: Server) -> None:
    async with tab(site, None) as opened:
        await eventually(lambda: opened.shows("link", "no_cookie"), 40)

        assert viewer_of(opened.cookie)


@pytest.mark.parametrize(("secret", "days_ago"), [(OLD, 0), (NEW, 31), (OLD, 40)])
async def test_a_page_whose_cookie_is_to_be_renewed_stays_the_same_viewers(
    site: Server, secret: str, days_ago: float
) -> None:
    viewer, cookie = signed(secret, days_ago)

    async with tab(site, cookie) as opened:
        await has_its_list(opened)

        assert viewer_of(opened.cookie) == viewer


async def test_a_cookie_that_is_good_is_not_set_again(site: Server) -> None:
    async with tab(site, signed(NEW)[1]) as opened:
        await has_its_list(opened)

        assert opened.cookie is None


async def test_with_a_dead_cookie_the_page_is_whom_the_browser_is_from_now_on(site: Server) -> None:
    dead, cookie = signed("a-secret-that-was-forgotten")

    async with tab(site, cookie) as opened:
        await has_its_list(opened)
        somebody = Viewer(site)
        somebody.http.cookies.set(COOKIE, opened.cookie or "")
        job = await somebody.upload(PICTURES / "chelsea.png")
        await somebody.http.aclose()

        assert viewer_of(opened.cookie) != dead
        await eventually(lambda: opened.was_told(job["id"]), 40, "their picture on the page")


# How often, and for how long ------------------------------------------------------------------------------------------


async def test_a_page_that_is_opened_counts_for_its_address_whatever_it_then_asks(site: Server) -> None:
    redis = connect(str(site.settings.redis_url))
    name = flow_of("", (PERSON, 1), OLD)

    async with tab(site, None, PERSON) as opened:
        await eventually(lambda: opened.shows("link", "no_cookie"), 40)

        assert await redis.keys(f"i2v:rate:*{name}*")
    await redis.aclose()


async def test_a_tab_that_begins_its_watch_again_and_again_has_one_and_none_when_it_is_closed(site: Server) -> None:
    server = psutil.Process(site.processes["web"].pid)

    def watches() -> int:
        """Connections of the web process to itself: each watch is one."""
        found = [c for c in server.net_connections("tcp") if c.status == "ESTABLISHED" and c.raddr]
        return sum(c.raddr.port == site.settings.port for c in found)

    async def are(count: int) -> bool:
        return watches() == count

    await eventually(lambda: are(0), 40, "the other tests' watches ending")
    async with tab(site, signed(NEW)[1]) as opened:
        await has_its_list(opened)
        for _ in range(20):
            await opened.does("watch")
        await opened.does("cancel", job_id="job_of_nobody")  # comes after them
        await eventually(lambda: opened.was_told("JOB_NOT_FOUND"), 40, "the answer to an order")

        await eventually(lambda: are(1), 40, "one watch being left")

    await eventually(lambda: are(0), 40, "the watch ending with its tab")
