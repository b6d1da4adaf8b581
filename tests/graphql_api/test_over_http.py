"""GraphQL over HTTP to the letter: methods, media types, statuses, and no `data` where nothing was executed."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.clients.npm import install, node
from tests.fundamentals.server import Server

AUDIT = Path(__file__).parent / "http_audit"
JSON, GRAPHQL, EVENTS = "application/json", "application/graphql-response+json", "text/event-stream"
PARTS = 'multipart/mixed;boundary=graphql;subscriptionSpec="1.0"'
HELLO = {"query": "{ queue { length } }"}
WATCH = {"query": 'subscription { jobProgress(jobId: "nothing") { __typename } }'}
CANCEL = 'mutation { cancelJob(jobId: "nothing") { __typename } }'


def test_every_audit_of_the_specification_is_ok(api: Server, tmp_path: Path) -> None:
    for name in ("package.json", "package-lock.json", "audit.js"):
        shutil.copy(AUDIT / name, tmp_path)
    install(tmp_path)

    done = subprocess.run(
        [node(), "audit.js", f"{api.url}/graphql"], cwd=tmp_path, check=True, capture_output=True, text=True
    )

    results = json.loads(done.stdout)
    assert [r for r in results if r["status"] != "ok"] == []
    assert len(results) > 50


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}, {JSON}", GRAPHQL),
        (f"{JSON}, {GRAPHQL}", JSON),
        (f"{JSON};q=0.9, {GRAPHQL}", GRAPHQL),
        (f"{GRAPHQL};q=0.5, {JSON};q=0.4, */*;q=0.1", GRAPHQL),
        (f"{GRAPHQL}; charset=utf-8, {JSON};q=0.8", GRAPHQL),
        (f"{JSON};q=0, */*", GRAPHQL),
        (f"{GRAPHQL}, {JSON}, {EVENTS}, {PARTS}", GRAPHQL),
        (f"{EVENTS}, {JSON}", EVENTS),
        (f"{EVENTS};q=0.1, {JSON}", JSON),
        (f"{PARTS},{JSON}", JSON),
        (f"{PARTS}, {EVENTS}", EVENTS),
        ('text/plain;a="b, application/json", ' + GRAPHQL, GRAPHQL),
        ("application/graphql+json, " + JSON, JSON),
    ],
)
def test_a_query_is_answered_in_the_form_that_is_liked_best(
    http: httpx.Client, accept: str | None, answered: str
) -> None:
    answer = http.post("/graphql", json=HELLO, headers={} if accept is None else {"Accept": accept})

    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"{answered}; charset=utf-8"
    assert '{"data":{"queue":{"length":0}}}' in answer.text
    assert "accept" in answer.headers["vary"].lower()
    assert "no-store" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "accept",
    ["text/html", "image/png, text/plain", f"{JSON};q=0", "multipart/mixed", "application/json;charset=utf-16"],
)
def test_what_nobody_could_read_is_not_sent(http: httpx.Client, accept: str) -> None:
    answer = http.post("/graphql", json=HELLO, headers={"Accept": accept})

    assert (answer.status_code, code_of(answer)) == (406, "NOT_ACCEPTABLE")


def test_parts_alone_are_for_subscriptions(http: httpx.Client) -> None:
    answer = http.post("/graphql", json=HELLO, headers={"Accept": PARTS})

    assert (answer.status_code, code_of(answer)) == (406, "NOT_ACCEPTABLE")


@pytest.mark.parametrize("accept", [JSON, GRAPHQL, "*/*"])
def test_a_subscription_needs_a_form_that_can_carry_it(http: httpx.Client, accept: str) -> None:
    answer = http.post("/graphql", json=WATCH, headers={"Accept": accept})

    assert (answer.status_code, code_of(answer)) == (406, "SUBSCRIPTION_NEEDS_STREAM")


@pytest.mark.parametrize(
    "accept", [f"{GRAPHQL}, {JSON}, {EVENTS}, multipart/mixed", f"{JSON}, {EVENTS};q=0.1", f"{PARTS},{JSON}"]
)
def test_a_subscription_is_streamed_if_a_stream_is_accepted_at_all(http: httpx.Client, accept: str) -> None:
    answer = http.post("/graphql", json=WATCH, headers={"Accept": accept})

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(("text/event-stream", "multipart/mixed"))
    assert "JobNotFound" in answer.text


@pytest.mark.parametrize(
    "body",
    [
        {"query": "{"},
        {"query": "{ nothingOfThisName }"},
        {"query": "query A { queue { length } }", "operationName": "B"},
        {"query": "query A($id: ID!) { job(id: $id) { id } }", "variables": {"id": None}},
        {"query": "fragment A on Query { queue { length } }"},
    ],
)
def test_an_operation_that_cannot_begin_has_no_data_and_400_or_for_old_clients_200(
    http: httpx.Client, body: dict[str, Any]
) -> None:
    new, old = (http.post("/graphql", json=body, headers={"Accept": accept}) for accept in (GRAPHQL, JSON))

    assert (new.status_code, old.status_code) == (400, 200)
    assert "data" not in new.json()
    assert new.json() == old.json()


def test_a_field_that_fails_leaves_the_data_of_the_others_and_200(http: httpx.Client) -> None:
    query = '{ queue { length } node(id: "nothing") { id } }'

    answer = http.post("/graphql", json={"query": query}, headers={"Accept": GRAPHQL})

    assert answer.status_code == 200
    assert answer.json()["data"]["queue"] == {"length": 0}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "INVALID_JSON"),
        (b"{", "INVALID_JSON"),
        (b"\xff\xfe", "INVALID_JSON"),
        (b"[" * 100_000, "INVALID_JSON"),
        (b'{"query": "{ __typename }", "variables": {"x": NaN}}', "INVALID_JSON"),
        (b'{"query": "{ __typename }", "variables": {"x": -1e999}}', "INVALID_JSON"),
        (b'{"query": "{ __typename }", "variables": {"x": "\\ud800"}}', "INVALID_JSON"),
        (b'{"query": "{ __typename }", "variables": {"x": ' + b"9" * 10_000 + b"}}", "INVALID_JSON"),
        (b"null", "BAD_REQUEST"),
        (b"7", "BAD_REQUEST"),
        (b'"{ __typename }"', "BAD_REQUEST"),
        (b"{}", "BAD_REQUEST"),
        (b'{"query": ""}', "BAD_REQUEST"),
        (b'{"query": 7}', "BAD_REQUEST"),
        (b'{"query": "{ __typename }", "operationName": 7}', "BAD_REQUEST"),
        (b'{"query": "{ __typename }", "variables": []}', "BAD_REQUEST"),
        (b'{"query": "{ __typename }", "extensions": "x"}', "BAD_REQUEST"),
        (b'[{"query": "{ __typename }"}]', "BATCHING_NOT_SUPPORTED"),
        (b"[]", "BATCHING_NOT_SUPPORTED"),
    ],
)
def test_a_body_that_is_no_request_is_400_with_a_code(http: httpx.Client, content: bytes, code: str) -> None:
    answer = http.post("/graphql", content=content, headers={"Content-Type": "application/json", "Accept": GRAPHQL})

    assert (answer.status_code, code_of(answer)) == (400, code)
    assert answer.headers["content-type"] == f"{GRAPHQL}; charset=utf-8"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/graphql"},
        {"Content-Type": "text/plain;application/json"},
        {"Content-Type": "application/json;charset=latin-1"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
def test_other_kinds_of_bodies_are_415(http: httpx.Client, headers: dict[str, str]) -> None:
    answer = http.post("/graphql", content=json.dumps(HELLO).encode(), headers=headers)

    assert (answer.status_code, code_of(answer)) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_a_query_may_be_asked_with_get(http: httpx.Client) -> None:
    query = "query A($first: Int!) { jobs(first: $first) { totalCount } } query B { __typename }"
    parameters = {"query": query, "operationName": "A", "variables": '{"first": 1}', "extensions": "{}"}

    answer = http.get("/graphql", params=parameters)

    assert answer.json() == {"data": {"jobs": {"totalCount": 0}}}


@pytest.mark.parametrize(
    "parameters",
    [{}, {"query": ""}, {"query": "{ __typename }", "variables": "{"}, {"query": "{ __typename }", "variables": "[]"}],
)
def test_a_get_that_asks_nothing_is_400(http: httpx.Client, parameters: dict[str, str]) -> None:
    assert http.get("/graphql", params=parameters).status_code == 400


@pytest.mark.parametrize("accept", [JSON, GRAPHQL, EVENTS])
def test_nothing_is_changed_by_get(http: httpx.Client, accept: str) -> None:
    answer = http.get("/graphql", params={"query": CANCEL}, headers={"Accept": accept})

    assert (answer.status_code, code_of(answer)) == (405, "OPERATION_NOT_ALLOWED")
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_other_methods_are_405_and_told_which_there_are(http: httpx.Client, method: str) -> None:
    answer = http.request(method, "/graphql", json=HELLO)

    assert (answer.status_code, code_of(answer)) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == "GET, POST, OPTIONS"


def code_of(answer: httpx.Response) -> str:
    """The code of the one error of an answer that says nothing else."""
    body = answer.json()
    assert set(body) == {"errors"}, body
    (error,) = body["errors"]
    assert error["message"]
    return str(error["extensions"]["code"])
