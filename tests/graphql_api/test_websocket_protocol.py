"""graphql-transport-ws to the letter: every close code, every malformed message, and what must not close anything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from tests.fundamentals.server import Server
from tests.graphql_api.jobs import WATCH, WATCH_ALL, cancel, upload
from tests.graphql_api.sockets import Socket, connected

SETTINGS = {
    "connection_init_seconds": 1.0,
    "message_kb": 4,
    "messages_per_second": 20.0,
    "subscriptions_per_connection": 5,
    "subscriptions_per_viewer": 8,
}
HELLO = "{ __typename }"


@pytest.fixture
def socket(api: Server, http: httpx.Client) -> Iterator[Socket]:
    """An acknowledged connection."""
    with connected(api, http) as socket:
        socket.initialise()
        yield socket


def test_a_job_is_watched_to_its_end(socket: Socket, http: httpx.Client) -> None:
    job_id = upload(http)

    socket.subscribe("a", WATCH, variables={"id": job_id}, operationName="Watch", extensions={})
    first = socket.receive()
    cancel(http, job_id)

    assert first == {"id": "a", "type": "next", "payload": {"data": {"jobProgress": {"state": "QUEUED"}}}}
    assert socket.receive()["payload"]["data"]["jobProgress"]["state"] == "CANCELLED"
    assert socket.receive() == {"id": "a", "type": "complete"}
    assert socket.is_open()


def test_a_query_is_answered_too_and_its_id_is_free_again(socket: Socket) -> None:
    for _ in range(3):
        socket.subscribe("same", HELLO, variables=None, operationName=None, extensions=None)

        assert socket.receive() == {"id": "same", "type": "next", "payload": {"data": {"__typename": "Query"}}}
        assert socket.receive() == {"id": "same", "type": "complete"}


@pytest.mark.parametrize(
    "message",
    [
        "",
        "{",
        "no json",
        "[" * 3000,
        '{"type": "ping", "payload": {"x": NaN}}',
        '{"type": "ping", "payload": {"x": 1e999}}',
        '{"type": "ping", "payload": {"x": "\\udc00"}}',
        b'{"type": "ping"}',
        *map(json.dumps, [None, True, 7, 7.5, "ping", [], [{"type": "ping"}], {}]),
        *(
            json.dumps({"type": kind})
            for kind in (None, 7, [], {}, "", "PING", "start", "stop", "connection_terminate")
        ),
        *(json.dumps({"type": kind}) for kind in ("next", "error", "connection_ack", "subscribe", "complete")),
        *(json.dumps({"type": kind, "payload": 7}) for kind in ("ping", "pong", "connection_init")),
        *(json.dumps({"type": kind, "payload": []}) for kind in ("ping", "pong", "connection_init")),
        *(json.dumps({"type": "complete", "id": wrong}) for wrong in (None, 7, "", [], {}, True, "x" * 300)),
        *(
            json.dumps({"type": "subscribe", "id": wrong, "payload": {"query": HELLO}})
            for wrong in (None, 7, "", [], {})
        ),
        *(json.dumps({"type": "subscribe", "id": "a", "payload": wrong}) for wrong in (None, 7, "", [], {}, HELLO)),
        *(
            json.dumps({"type": "subscribe", "id": "a", "payload": {"query": HELLO, **wrong}})
            for wrong in (
                {"query": None},
                {"query": 7},
                {"query": ""},
                {"query": [HELLO]},
                {"variables": 7},
                {"variables": []},
                {"variables": "{}"},
                {"extensions": 7},
                {"extensions": []},
                {"operationName": 7},
                {"operationName": {}},
            )
        ),
    ],
)
def test_a_malformed_message_closes_with_4400_and_says_what_was_wrong(socket: Socket, message: str | bytes) -> None:
    socket.send(message)

    code, reason = socket.closed()
    assert code == 4400
    assert reason


def test_the_reason_fits_into_a_close_frame_however_long_what_was_sent_is(socket: Socket) -> None:
    socket.send({"type": "ü" * 500})

    code, reason = socket.closed()
    assert code == 4400
    assert reason.startswith("Unknown message type: üüü")


def test_without_a_subscribers_acknowledgement_4401(api: Server) -> None:
    with connected(api) as socket:
        socket.subscribe("a", HELLO)

        assert socket.closed() == (4401, "Unauthorized")


def test_without_our_protocol_4406(api: Server) -> None:
    for protocol in (None, "graphql-ws"):
        with connected(api, protocol=protocol) as socket:
            assert socket.closed()[0] == 4406


def test_without_a_first_message_4408(api: Server) -> None:
    with connected(api) as socket:
        assert socket.closed() == (4408, "Connection initialisation timeout")


def test_an_id_that_is_in_use_4409(socket: Socket) -> None:
    socket.subscribe("a" * 200, WATCH_ALL)
    socket.subscribe("a" * 200, WATCH_ALL)

    code, reason = socket.closed()
    assert code == 4409
    assert reason.startswith("Subscriber for aaa")


def test_a_second_initialisation_4429(socket: Socket) -> None:
    socket.send({"type": "connection_init"})

    assert socket.closed() == (4429, "Too many initialisation requests")


def test_more_subscriptions_than_a_connection_may_have_4429(socket: Socket) -> None:
    for number in range(6):
        socket.subscribe(str(number), WATCH_ALL)

    code, reason = socket.closed()
    assert code == 4429
    assert "5 subscriptions" in reason


def test_a_message_that_is_too_long_4400(socket: Socket) -> None:
    fits = json.dumps({"type": "pong", "payload": {"x": ""}})
    socket.send(fits.replace('""', f'"{"x" * (4096 - len(fits))}"'))
    assert socket.is_open()

    socket.send({"type": "pong", "payload": {"x": "é" * 4000}})

    code, reason = socket.closed()
    assert code == 4400
    assert "4096 bytes" in reason


def test_too_many_messages_4429_and_when_to_come_again(socket: Socket) -> None:
    with suppress(ConnectionClosed):  # it may close before all are sent
        for _ in range(300):
            socket.send({"type": "pong"})

    code, reason = socket.closed()
    assert code == 4429
    assert "20 messages a second" in reason
    assert "again in 10 s" in reason


def test_of_the_subscriptions_of_one_viewer_the_ninth_is_refused_and_told_when_to_come_again(
    api: Server, http: httpx.Client
) -> None:
    with connected(api, http) as one, connected(api, http) as other:
        for socket in (one, other):
            socket.initialise()
        for socket, count in ((one, 5), (other, 3)):
            for number in range(count):
                socket.subscribe(str(number), WATCH_ALL)
            assert socket.is_open()

        other.subscribe("one too many", WATCH_ALL)
        refused = other.receive()
        streamed = http.post("/graphql", json={"query": WATCH_ALL}, headers={"Accept": "text/event-stream"})
        other.send({"id": "0", "type": "complete"})
        other.subscribe("now", HELLO)
        afterwards = other.receive()

    (error,) = refused["payload"]
    assert (refused["id"], refused["type"]) == ("one too many", "error")
    assert error["extensions"]["code"] == "TOO_MANY_SUBSCRIPTIONS"
    assert error["extensions"]["limit"]["value"] == 8
    assert error["extensions"]["retryAfterSeconds"] > 0
    assert (streamed.status_code, streamed.headers["retry-after"]) == (429, "5")
    assert afterwards["type"] == "next"


@pytest.mark.parametrize(
    "query", ["{", "{ nothingOfThisName }", "query A { queue { length } } query A { queue { length } }"]
)
def test_an_operation_that_cannot_begin_is_an_error_and_the_socket_stays_open(socket: Socket, query: str) -> None:
    socket.subscribe("wrong", query)

    answer = socket.receive()
    assert (answer["id"], answer["type"]) == ("wrong", "error")
    assert answer["payload"][0]["message"]
    assert socket.is_open()
    socket.subscribe("wrong", HELLO)
    assert socket.receive()["type"] == "next"


def test_an_operation_name_that_is_not_there_is_an_error_too(socket: Socket) -> None:
    socket.subscribe("wrong", "query A { queue { length } }", operationName="B")

    assert socket.receive()["type"] == "error"
    assert socket.is_open()


def test_pings_may_come_at_any_time_and_carry_a_payload_back(api: Server) -> None:
    with connected(api) as socket:
        socket.send({"type": "ping"})
        assert socket.receive() == {"type": "pong"}
        socket.send({"type": "ping", "payload": None})
        assert socket.receive() == {"type": "pong"}
        socket.send({"type": "ping", "payload": {"a": [1, None]}})
        assert socket.receive() == {"type": "pong", "payload": {"a": [1, None]}}
        socket.send({"type": "pong", "payload": {"never": "asked for"}})
        socket.send({"type": "connection_init", "payload": None})
        assert socket.receive() == {"type": "connection_ack"}


def test_what_is_ended_twice_or_never_began_is_let_pass(socket: Socket) -> None:
    socket.send({"id": "never began", "type": "complete"})
    socket.subscribe("a", WATCH_ALL)
    for _ in range(2):
        socket.send({"id": "a", "type": "complete"})

    assert socket.is_open()
    socket.subscribe("a", HELLO)
    assert socket.receive()["type"] == "next"
