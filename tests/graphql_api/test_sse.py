"""graphql-sse, distinct connections mode: framing, ends, signs of life, and what a client that goes leaves behind."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.types import Message

from graphql_api.http import streams
from tests.conftest import wait_until
from tests.graphql_api.jobs import WATCH, WATCH_ALL, cancel, upload

SETTINGS = {"heartbeat_seconds": 0.2, "subscriptions_per_viewer": 1}
EVENTS = {"Accept": "text/event-stream"}


def test_a_job_is_watched_to_its_end(http: httpx.Client) -> None:
    job_id = upload(http)

    with http.stream("POST", "/graphql", json={"query": WATCH, "variables": {"id": job_id}}, headers=EVENTS) as answer:
        frames = events(answer)
        first = next(frames)
        cancel(http, job_id)
        rest = list(frames)

    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store, no-transform"
    assert first == ("next", {"data": {"jobProgress": {"state": "QUEUED"}}})
    assert rest == [("next", {"data": {"jobProgress": {"state": "CANCELLED"}}}), ("complete", None)]


def test_the_bytes_are_framed_with_line_feeds_alone(http: httpx.Client) -> None:
    answer = http.post("/graphql", json={"query": WATCH, "variables": {"id": "none"}}, headers=EVENTS)

    body = '{"data":{"jobProgress":{"code":"JOB_NOT_FOUND"}}}'
    assert answer.text == f":\n\nevent: next\ndata: {body}\n\nevent: complete\ndata:\n\n"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("query", ["{ __typename }", "query A { __typename }"])
def test_a_query_is_one_event(http: httpx.Client, method: str, query: str) -> None:
    asked: dict[str, Any] = {"params" if method == "GET" else "json": {"query": query}}

    answer = http.request(method, "/graphql", headers=EVENTS, **asked)

    assert list(frames_of(answer.text)) == [("next", {"data": {"__typename": "Query"}}), ("complete", None)]


def test_a_mutation_is_one_event_too(http: httpx.Client) -> None:
    query = 'mutation { cancelJob(id: "none") { __typename } }'

    answer = http.post("/graphql", json={"query": query}, headers=EVENTS)

    assert next(frames_of(answer.text)) == ("next", {"data": {"cancelJob": {"__typename": "JobNotFound"}}})


def test_a_subscription_may_be_asked_for_with_get(http: httpx.Client) -> None:
    parameters = {"query": WATCH, "variables": '{"id": "none"}'}

    answer = http.get("/graphql", params=parameters, headers=EVENTS)

    assert "JOB_NOT_FOUND" in answer.text


@pytest.mark.parametrize(
    "query", ["{", "subscription { nothingOfThisName }", "subscription { jobProgress { __typename } }"]
)
def test_an_operation_that_cannot_begin_is_an_event_with_errors_and_no_data(http: httpx.Client, query: str) -> None:
    answer = http.post("/graphql", json={"query": query}, headers=EVENTS)

    (_, result), end = frames_of(answer.text)
    assert answer.status_code == 200
    assert set(result) == {"errors"}
    assert end == ("complete", None)


@pytest.mark.parametrize("content", [b"{", b"[]", b"{}"])
def test_what_is_no_request_is_refused_as_json(http: httpx.Client, content: bytes) -> None:
    answer = http.post("/graphql", content=content, headers=EVENTS | {"Content-Type": "application/json"})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"]


def test_silence_is_filled_with_comments(http: httpx.Client) -> None:
    with http.stream("POST", "/graphql", json={"query": WATCH_ALL}, headers=EVENTS) as answer:
        chunks = answer.iter_text()
        heard = "".join(next(chunks) for _ in range(4))

    assert heard.replace(":\n\n", "") == ""


def test_a_client_that_goes_leaves_its_place_to_the_next(http: httpx.Client) -> None:
    for _ in range(5):
        with http.stream("POST", "/graphql", json={"query": WATCH_ALL}, headers=EVENTS) as answer:
            assert answer.status_code == 200
            heard = answer.iter_text()  # kept: an iterator that is thrown away closes the connection
            next(heard)
            assert http.post("/graphql", json={"query": WATCH_ALL}, headers=EVENTS).status_code == 429

        def is_free() -> bool:
            with http.stream(
                "POST", "/graphql", json={"query": WATCH, "variables": {"id": "none"}}, headers=EVENTS
            ) as a:
                return a.status_code == 200

        wait_until(is_free, what="the place of the one that went being free")


@pytest.mark.parametrize("reads", [True, False])
async def test_a_stream_that_is_broken_off_ends_whether_its_client_reads_or_not(
    monkeypatch: pytest.MonkeyPatch, reads: bool
) -> None:
    monkeypatch.setattr(streams, "_FAREWELL_SECONDS", 0.1)
    never, streaming = asyncio.Event(), asyncio.Event()
    sent: list[Message] = []
    has_ended = False

    async def results() -> streams.Results:
        nonlocal has_ended
        try:
            for number in range(3):
                yield {"data": number}
            streaming.set()
            await never.wait()
        finally:
            has_ended = True

    async def send(message: Message) -> None:
        if len(sent) == 3 and not reads:
            streaming.set()
            await never.wait()  # as uvicorn does while a client's window is full
        sent.append(message)

    async def receive() -> Message:
        await never.wait()
        raise AssertionError("it goes by itself")

    answer = streams.StreamedAnswer(results(), streams.EventFraming(), 10)
    running = asyncio.create_task(answer({"type": "http"}, receive, send))
    await streaming.wait()
    running.cancel()
    ended, _ = await asyncio.wait([running], timeout=10)

    assert ended, "it waits for its client for ever"
    assert not running.cancelled(), "uvicorn would log it as an error of ours"
    assert has_ended
    assert (sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}) is reads


def events(answer: httpx.Response) -> Iterator[tuple[str, Any]]:
    """The events of an answer as they come."""
    text = ""
    for chunk in answer.iter_text():
        text += chunk
        while "\n\n" in text:
            frame, text = text.split("\n\n", 1)
            yield from frames_of(frame + "\n\n")
    assert text == ""


def frames_of(text: str) -> Iterator[tuple[str, Any]]:
    """The events in a text: name and result."""
    for frame in text.removesuffix("\n\n").split("\n\n"):
        fields = dict(line.split(":", 1) for line in frame.split("\n"))
        if "event" in fields:
            data = fields["data"].strip()
            yield fields["event"].strip(), json.loads(data) if data else None
