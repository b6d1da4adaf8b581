"""Apollo's multipart subscription protocol: each part can be read as soon as it is there, and the last one says so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.graphql_api.jobs import WATCH, WATCH_ALL, cancel, upload

SETTINGS = {"heartbeat_seconds": 0.2}
#: What @apollo/client sends.
PARTS = {"Accept": "multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json"}
NONE = {"query": WATCH, "variables": {"id": "none"}}


def test_a_job_is_watched_to_its_end(http: httpx.Client) -> None:
    job_id = upload(http)

    with http.stream("POST", "/graphql", json={"query": WATCH, "variables": {"id": job_id}}, headers=PARTS) as answer:
        parts = (part for part in read(answer) if part != {})
        first = next(parts)
        cancel(http, job_id)
        rest = list(parts)

    assert answer.headers["content-type"] == 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0'
    assert first == {"payload": {"data": {"jobProgress": {"state": "QUEUED"}}}}
    assert rest == [{"payload": {"data": {"jobProgress": {"state": "CANCELLED"}}}}]


def test_the_bytes_are_as_apollos_router_sends_them(http: httpx.Client) -> None:
    answer = http.post("/graphql", json=NONE, headers=PARTS)

    head = "\r\n--graphql\r\nContent-Type: application/json\r\n\r\n"
    body = '{"payload":{"data":{"jobProgress":{"code":"JOB_NOT_FOUND"}}}}'
    assert answer.text == f"{head}{{}}{head}{body}\r\n--graphql--\r\n"


@pytest.mark.parametrize(
    ("accept", "boundary"),
    [
        ('multipart/mixed;subscriptionSpec="1.0"', "graphql"),
        ("multipart/mixed; subscriptionSpec=1.0; boundary=graphql", "graphql"),
        ('multipart/mixed;boundary="-";subscriptionSpec=1.0, application/json', "-"),
        ('multipart/mixed;boundary="of; their, own";subscriptionSpec=1.0', "graphql"),
    ],
)
def test_the_boundary_is_one_that_the_client_knows(http: httpx.Client, accept: str, boundary: str) -> None:
    answer = http.post("/graphql", json=NONE, headers={"Accept": accept})

    assert f'boundary="{boundary}"' in answer.headers["content-type"]
    assert answer.text.endswith(f"\r\n--{boundary}--\r\n")


def test_silence_is_filled_with_empty_parts(http: httpx.Client) -> None:
    with http.stream("POST", "/graphql", json={"query": WATCH_ALL}, headers=PARTS) as answer:
        parts = read(answer)

        assert [next(parts) for _ in range(4)] == [{}] * 4


@pytest.mark.parametrize("accept", [PARTS["Accept"], "multipart/mixed;subscriptionSpec=1.0"])
def test_a_subscription_that_cannot_begin_is_a_part_with_errors_and_no_data(http: httpx.Client, accept: str) -> None:
    wrong = {"query": "subscription { nothingOfThisName }"}

    answer = http.post("/graphql", json=wrong, headers={"Accept": accept})

    (part,) = [part for part in parts_of(answer.text.removesuffix("--\r\n")) if part]
    assert set(part["payload"]) == {"errors"}


def read(answer: httpx.Response) -> Iterator[Any]:
    """The parts of an answer, each as soon as its delimiter is there."""
    text = ""
    for chunk in answer.iter_text():
        text += chunk
        while "\r\n--graphql" in text:
            part, text = text.split("\r\n--graphql", 1)
            yield from parts_of(part)
    assert text == "--\r\n"


def parts_of(text: str) -> Iterator[Any]:
    """The JSON values of the parts in a text."""
    for part in text.split("\r\n--graphql"):
        head, _, body = part.partition("\r\n\r\n")
        if body:
            assert head == "\r\nContent-Type: application/json"
            yield json.loads(body)
