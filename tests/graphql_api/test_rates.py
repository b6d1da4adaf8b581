"""How often one may ask: above the bound there is a typed answer that says when again, and nobody else notices."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection
from starlette.types import Message, Receive, Scope, Send
from websockets.exceptions import ConnectionClosedError

from graphql_api.rates import Counted, CountedHandshakes, PairStorage, Rates
from i2v_core.errors import RateLimited
from i2v_core.jobs import new_id
from i2v_core.settings import Settings
from i2v_core.store import connect
from i2v_core.tokens import PREFIX
from i2v_core.viewers import IDENTITY_KEY, Identity
from tests.conftest import OwnRedis
from tests.fundamentals.server import Server, Viewer
from tests.graphql_api.programs import make_token, said, socket, subscribe, with_token

LIMITS = "{ limits { maxUploadBytes } }"


def somebody(flow: str = "address_x") -> Identity:
    return Identity(new_id("viewer"), flow)


async def granted(rates: Rates, identity: Identity, times: int) -> int:
    """How many of so many operations were let through."""
    count = 0
    for _ in range(times):
        try:
            await rates.count(identity)
            count += 1
        except RateLimited:
            pass
    return count


async def test_a_viewer_may_so_often_and_another_one_still_may(redis: Redis, settings: Settings) -> None:
    rates = Rates(redis, settings.model_copy(update={"operations_per_minute": 5}))
    eager, calm = somebody(), somebody()

    assert await granted(rates, eager, 8) == 5
    assert await granted(rates, calm, 3) == 3
    with pytest.raises(RateLimited) as refused:
        await rates.count(eager)
    assert refused.value.limit is not None
    assert refused.value.limit.value == 5
    assert refused.value.retry_after is not None
    assert 1 <= refused.value.retry_after <= 60


async def test_new_viewers_of_an_address_gain_nothing(redis: Redis, settings: Settings) -> None:
    rates = Rates(redis, settings.model_copy(update={"operations_per_minute_per_address": 10}))

    counts = [await granted(rates, somebody("address_one"), 1) for _ in range(15)]

    assert sum(counts) == 10
    assert await granted(rates, somebody("address_two"), 1) == 1


async def test_processes_share_what_they_count(redis: Redis, settings: Settings) -> None:
    set_to = settings.model_copy(update={"operations_per_minute": 6})
    one, other, identity = Rates(redis, set_to), Rates(redis, set_to), somebody()

    assert await granted(one, identity, 4) == 4
    assert await granted(other, identity, 4) == 2


async def test_it_is_one_round_trip_and_none_for_whoever_was_just_refused(
    redis: Redis, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates, identity = Rates(redis, settings.model_copy(update={"operations_per_minute": 2})), somebody()
    await rates.count(identity)
    trips, send = 0, AbstractConnection.send_packed_command

    async def counting(self: AbstractConnection, *args: Any, **more: Any) -> None:
        nonlocal trips
        trips += 1
        await send(self, *args, **more)

    monkeypatch.setattr(AbstractConnection, "send_packed_command", counting)

    await rates.count(identity)
    assert trips == 1
    assert await granted(rates, identity, 1) == 0
    assert trips == 3, "a refusal asks once more, for when it is over"
    assert await granted(rates, identity, 50) == 0
    assert trips == 3


async def test_a_redis_that_forgot_its_scripts_is_told_them_again(redis: Redis, settings: Settings) -> None:
    rates = Rates(redis, settings)
    await redis.script_flush()

    assert await granted(rates, somebody(), 2) == 2


async def test_while_redis_is_away_nobody_is_refused(own_redis: OwnRedis, settings: Settings) -> None:
    client = connect(own_redis.url)
    rates, identity = Rates(client, settings.model_copy(update={"operations_per_minute": 1})), somebody()
    own_redis.kill()

    assert await granted(rates, identity, 20) == 20

    await client.aclose()


async def test_a_redis_that_hangs_counts_as_away(own_redis: OwnRedis, settings: Settings) -> None:
    client = connect(own_redis.url)
    rates, identity = Rates(client, settings.model_copy(update={"operations_per_minute": 1})), somebody()
    await rates.count(identity)
    own_redis.freeze(True)

    # Many times its patience, and less than the client's own tries: nothing that needs no Redis waits for those.
    assert await asyncio.wait_for(granted(rates, identity, 20), 4) == 20
    rates._away_until = 0.0
    task = asyncio.create_task(rates.count(identity))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    own_redis.freeze(False)
    await client.aclose()


@pytest.mark.parametrize(
    ("path", "accept", "media_type"),
    [
        ("/graphql", b"application/json", "application/json"),
        ("/graphql", b"application/graphql-response+json", "application/graphql-response+json"),
        ("/api/jobs", b"application/json", "application/problem+json"),
    ],
)
async def test_the_answer_is_in_the_form_of_its_path(
    redis: Redis, settings: Settings, path: str, accept: bytes, media_type: str
) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    counted = Counted(app, Rates(redis, settings.model_copy(update={"operations_per_minute": 1})))
    scope = {"type": "http", "method": "POST", "path": path, "headers": [(b"accept", accept)]}
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        raise AssertionError("its body is read")

    identity = somebody()
    for _ in range(2):
        sent.clear()
        await counted({**scope, IDENTITY_KEY: identity}, receive, send)

    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    body = json.loads(sent[1]["body"])
    told = body if path.startswith("/api/") else body["errors"][0]["extensions"]
    assert sent[0]["status"] == 429
    assert headers["content-type"] == media_type
    assert told["code"] == "RATE_LIMITED"
    assert told["limit"] == {"name": "operations a minute", "value": 1, "unit": "operations"}
    assert int(headers["retry-after"]) >= told["retryAfterSeconds"]


async def test_sockets_are_opened_so_often_from_an_address(redis: Redis, settings: Settings) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})

    rates = Rates(redis, settings.model_copy(update={"operations_per_minute_per_address": 3}))
    answers: list[Message] = []

    async def send(message: Message) -> None:
        if message["type"] != "websocket.http.response.body":
            answers.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    for flow in ["address_one"] * 4 + ["address_two"]:
        scope = {"type": "websocket", "path": "/_event", "headers": [], IDENTITY_KEY: somebody(flow)}
        await CountedHandshakes(app, rates)(scope, receive, send)

    assert [answer.get("status", 101) for answer in answers] == [101, 101, 101, 429, 101]


async def test_over_http_it_is_429_and_says_when_again(server: Server, alice: Viewer, bob: Viewer) -> None:
    server.settings = server.settings.model_copy(update={"operations_per_minute": 4})
    server.start("api")

    await alice.http.get("/healthz")  # which is not counted
    answers = [await alice.http.post("/graphql", json={"query": LIMITS}) for _ in range(5)]
    large = await alice.http.post("/graphql", content=b"x" * 3_000_000, headers={"Content-Type": "application/json"})
    media = await alice.http.get("/media/thumbnails/job_x")
    others = await bob.http.post("/graphql", json={"query": LIMITS})

    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    error = answers[-1].json()["errors"][0]
    assert error["extensions"]["code"] == "RATE_LIMITED"
    assert int(answers[-1].headers["retry-after"]) >= error["extensions"]["retryAfterSeconds"] >= 1
    assert [large.status_code, media.status_code, others.status_code] == [429, 429, 200]


async def test_a_viewers_tokens_count_as_the_viewer(server: Server, alice: Viewer) -> None:
    server.settings = server.settings.model_copy(update={"operations_per_minute": 5})
    server.start("api")
    tokens = [await make_token(alice) for _ in range(3)]
    statuses = []

    for made in tokens:
        async with with_token(server, made["secret"]) as program:
            statuses.append((await program.post("/graphql", json={"query": LIMITS})).status_code)

    assert statuses == [200, 200, 429]


async def test_on_a_socket_each_operation_counts_and_the_socket_stays(server: Server) -> None:
    server.settings = server.settings.model_copy(update={"operations_per_minute": 3})
    server.start("api")

    async with socket(server) as connection:
        assert (await said(connection))["type"] == "connection_ack"
        outcomes = []
        for number in range(5):
            await subscribe(connection, LIMITS, str(number))
            message = await said(connection)
            outcomes.append(message["type"])
            if message["type"] == "next":
                assert (await said(connection))["type"] == "complete"
            else:
                refused = message["payload"][0]
        await connection.send(json.dumps({"type": "ping"}))
        alive = await said(connection)

    assert outcomes == ["next", "next", "next", "error", "error"]
    assert refused["extensions"]["code"] == "RATE_LIMITED"
    assert refused["extensions"]["retryAfterSeconds"] >= 1
    assert alive == {"type": "pong"}


async def test_secrets_that_are_made_up_are_counted_by_address(server: Server) -> None:
    server.settings = server.settings.model_copy(update={"operations_per_minute_per_address": 4})
    server.start("api")
    statuses = []

    for number in range(6):
        async with with_token(server, f"{PREFIX}{number:043}") as program:
            statuses.append((await program.post("/graphql", json={"query": LIMITS})).status_code)
    async with socket(server, {"token": f"{PREFIX}{7:043}"}) as connection:
        with pytest.raises(ConnectionClosedError) as closed:
            await said(connection)

    assert statuses == [401, 401, 401, 401, 429, 429]
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1013


def test_the_library_has_what_the_pair_is_made_of(redis_url: str) -> None:
    """graphql_api/rates.py asks with the library's own script and names of keys."""
    storage = PairStorage(connect(redis_url))

    assert storage.bridge.lua_acquire_sliding_window.sha  # type: ignore[attr-defined]
    assert storage.bridge.SCRIPT_ACQUIRE_SLIDING_WINDOW.count(b"ARGV[") == 3
    assert storage._previous_window_key("x") != storage._current_window_key("x")
    assert storage.bridge.prefixed_key("x").startswith("i2v:rate")
