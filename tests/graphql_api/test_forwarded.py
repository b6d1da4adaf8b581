"""Whose address counts: the person's, said by a listed proxy or by the page's own server, and by nobody else."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import websockets
from redis.asyncio import Redis

from i2v_app.api_client import ApiClient, forward_people_with
from i2v_core.errors import WrongSetting
from i2v_core.forwarding import FORWARDED_HEADER, Forwarding, is_address
from i2v_core.settings import load_settings
from i2v_core.viewers import flow_of
from tests.conftest import eventually, forged, wait_until
from tests.fundamentals.server import Server, Viewer
from tests.graphql_api.programs import said, socket, subscribe

SECRET = "a-secret-that-both-of-them-know"
LIMITS = "{ limits { maxUploadBytes } }"
HERE, PERSON, OTHER = "127.0.0.1", "198.51.100.7", "198.51.100.8"


def flow(address: str) -> str:
    return flow_of("", (address, 1), SECRET)


async def counted(redis: Redis) -> set[str]:
    """The addresses of this file that something was counted for."""
    names = " ".join(await redis.keys("i2v:rate:*"))
    known = {flow(address): address for address in (HERE, PERSON, OTHER, "2001:db8::1")}
    return {address for name, address in known.items() if name in names}


def signed(address: str, secret: str = SECRET) -> dict[str, str]:
    return {FORWARDED_HEADER: Forwarding([secret]).sign(address)}


@pytest.fixture
def deployment(server: Server) -> Server:
    """An API that signs with the secret of these tests; it is not running yet."""
    server.settings = server.settings.model_copy(update={"secret": SECRET})
    return server


# By the page's server -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [PERSON, "2001:db8::1"])
async def test_who_holds_the_secret_is_believed(deployment: Server, redis: Redis, address: str) -> None:
    deployment.start("api")

    async with httpx.AsyncClient(base_url=deployment.url) as page:
        answer = await page.post("/graphql", json={"query": LIMITS}, headers=signed(address))

    assert answer.status_code == 200
    assert await counted(redis) == {address}


async def test_nobody_else_is(deployment: Server, redis: Redis) -> None:
    deployment.start("api")
    good = signed(PERSON)[FORWARDED_HEADER]
    forgeries = [
        PERSON,
        good.replace(PERSON, OTHER),
        forged(good),
        signed(PERSON, "a-secret-of-somebody-else")[FORWARDED_HEADER],
        "",
        "." * 5000,
    ]

    async with httpx.AsyncClient(base_url=deployment.url) as stranger:
        for forgery in forgeries:
            headers = {
                FORWARDED_HEADER: forgery,
                "X-Forwarded-For": OTHER,
                "X-Real-IP": OTHER,
                "Forwarded": f"for={OTHER}",
            }
            assert (await stranger.post("/graphql", json={"query": LIMITS}, headers=headers)).status_code == 200

    assert await counted(redis) == {HERE}


def test_what_was_signed_a_while_ago_is_not_believed_and_a_clock_ahead_is(monkeypatch: pytest.MonkeyPatch) -> None:
    forwarding, now = Forwarding([SECRET]), time.time()

    def signed_at(moment: float) -> bytes:
        with monkeypatch.context() as clock:
            clock.setattr(time, "time", lambda: moment)
            return forwarding.sign(PERSON).encode()

    read = [forwarding.read(signed_at(now + seconds)) for seconds in (-90, -30, 0, 30, 90)]

    assert read == [None, PERSON, PERSON, PERSON, None]


async def test_the_pages_client_says_for_whom_it_asks_on_both_its_ways(
    deployment: Server, redis: Redis, alice: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployment.start("api")
    await alice.http.get("/healthz")
    monkeypatch.setattr("i2v_app.api_client._sign", None)
    forward_people_with(Forwarding([SECRET]).sign)
    cookie = f"i2v_viewer={alice.http.cookies['i2v_viewer']}"

    await ApiClient(deployment.url, cookie, PERSON).jobs(first=1)
    asked = await counted(redis)
    async with ApiClient(deployment.url, cookie, OTHER).watch() as watch:
        await watch.queue_and_limits()

    assert asked == {PERSON}
    assert await counted(redis) == {PERSON, OTHER}


@pytest.mark.parametrize("text", ["", "unknown", "::1\r\nCookie: x", "198.51.100.7:80", "fe80::1%é"])
def test_what_is_no_address_is_not_forwarded(text: str) -> None:
    assert not is_address(text)


async def test_whoever_looks_at_the_page_is_counted_as_themselves(deployment: Server, redis: Redis) -> None:
    """The whole way: a proxy's header on the page's own socket, through the page's server, to the API."""
    deployment.settings = deployment.settings.model_copy(update={"trusted_proxies": HERE})
    deployment.start("web")
    wait_until(deployment._answers, 150, "the page's server answering")

    async with open_page(deployment, PERSON) as told:
        # The opening itself counts as well: what is looked at is what comes after the page's questions to the API.
        await eventually(lambda: has_its_answers(told), 40, "the page having what it asked for")

    assert await counted(redis) == {PERSON}


async def has_its_answers(told: list[str]) -> bool:
    return any('"live"' in message for message in told)


@asynccontextmanager
async def open_page(server: Server, address: str) -> AsyncIterator[list[str]]:
    """What a browser's tab does behind a proxy: Reflex's socket is opened, and the watch of the page is started."""
    async with httpx.AsyncClient(base_url=server.url) as browser:
        await browser.get("/", headers={"X-Forwarded-For": address})
        cookie = f"i2v_viewer={browser.cookies['i2v_viewer']}"
    async with websockets.connect(
        server.url.replace("http", "ws") + "/_event/?EIO=4&transport=websocket&token=a-tab-of-the-test",
        additional_headers={"Cookie": cookie, "X-Forwarded-For": f"203.0.113.99, {address}"},
    ) as connection:
        await connection.recv()
        await connection.send("40/_event,")
        await connection.recv()
        watch = "reflex___state____state.i2v_app___states___jobs____jobs_state.watch"
        event = {"name": watch, "payload": {}, "router_data": {"pathname": "/", "query": {}, "asPath": "/"}}
        await connection.send("42/_event," + json.dumps(["event", event]))
        told: list[str] = []
        reading = asyncio.create_task(read_all(connection, told))
        yield told
        reading.cancel()


async def read_all(connection: websockets.ClientConnection, told: list[str]) -> None:
    async for message in connection:
        told.append(str(message))
        if message == "2":  # engine.io's ping
            await connection.send("3")


# By proxies -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trusted", "counts"),
    [
        ("", {PERSON: HERE}),
        (OTHER, {PERSON: HERE}),
        (
            HERE,
            {
                PERSON: PERSON,
                # What stands left of the last untrusted one was sent by whoever it is, and may be invented.
                f"{OTHER}, {PERSON}": PERSON,
                f"{HERE}, {PERSON}": PERSON,
                f"{PERSON}:4711": PERSON,
                "[2001:db8::1]:4711": "2001:db8::1",
                "": HERE,
            },
        ),
        (
            f"127.0.0.0/8,{OTHER}, 203.0.113.0/24",
            {
                f"192.0.2.1, {PERSON}, {OTHER}": PERSON,
                f"{OTHER}, {PERSON}, 203.0.113.5, 203.0.113.6": PERSON,
            },
        ),
    ],
)
async def test_forwarded_addresses_are_believed_from_listed_proxies_alone(
    deployment: Server, redis: Redis, trusted: str, counts: dict[str, str]
) -> None:
    deployment.settings = deployment.settings.model_copy(update={"trusted_proxies": trusted})
    deployment.start("api")

    for forwarded, expected in counts.items():
        headers = {"X-Forwarded-For": forwarded}
        await redis.flushdb()
        async with httpx.AsyncClient(base_url=deployment.url) as somebody:
            await somebody.post("/graphql", json={"query": LIMITS}, headers=headers)
        over_http = await counted(redis)
        await redis.flushdb()
        async with socket(deployment, None, headers) as connection:
            await said(connection)
            await subscribe(connection, LIMITS)
            await said(connection)

        assert over_http == {expected}, forwarded
        assert await counted(redis) == {expected}, forwarded


@pytest.mark.parametrize("value", ["*", "10.0.0.1/8", "my-proxy", "10.0.0.0/8, *"])
def test_not_everybody_can_be_a_proxy(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("I2V_TRUSTED_PROXIES", value)

    with pytest.raises(WrongSetting, match="neither an address nor a network"):
        load_settings()
