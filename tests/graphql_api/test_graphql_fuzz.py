"""GraphQL under schemathesis: whatever fits the schema is answered without an unexpected error. And what fuzzing has found."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.fundamentals.server import Server
from tests.graphql_api.fuzzing import fuzz
from tests.graphql_api.serving import PHOTO, client, serving, upload


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("fuzz")) as server:
        yield server


@pytest.fixture
def alice(server: Server) -> Iterator[httpx.Client]:
    with client(server) as viewer:
        yield viewer


def test_whatever_fits_the_schema_is_answered(server: Server, tmp_path: Path) -> None:
    # That an argument is out of range is an answer too; schemathesis would call every one of them a failure.
    said = fuzz(server, "/graphql", tmp_path, "-n", "10", "--exclude-checks", "positive_data_acceptance")

    tried = re.search(r"Selected: (\d+)/\1\n  Tested: \1\n", said)
    assert tried, said
    assert int(tried[1]) >= 12
    assert "✅ Fuzzing" in said, said


def test_a_text_in_place_of_a_file_is_the_queries_fault(alice: httpx.Client) -> None:
    answer = alice.post("/graphql", json={"query": 'mutation { uploadImage(image: "a") { __typename } }'})

    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert "A file is needed here" in error["message"]


@pytest.mark.parametrize("time", ["inf", "-inf", "nan", "-1", "1e308"])
def test_a_cursor_of_no_time_is_no_cursor(alice: httpx.Client, time: str) -> None:
    upload(alice)
    cursor = base64.urlsafe_b64encode(f"{time} job_{'a' * 24}".encode()).decode()

    plain = alice.get("/api/jobs", params={"after": cursor})
    graphql = alice.post("/graphql", json={"query": f'{{ jobs(after: "{cursor}") {{ totalCount }} }}'})

    assert (plain.status_code, plain.json()["code"]) == (400, "BAD_USER_INPUT")
    assert graphql.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_half_a_surrogate_pair_is_no_idempotency_key(alice: httpx.Client) -> None:
    query = (
        "mutation($i: Upload!, $k: String) { uploadImage(image: $i, idempotencyKey: $k) { ... on Refusal { code } } }"
    )
    operations = json.dumps({"query": query, "variables": {"i": None, "k": "\ud800"}})

    answer = alice.post(
        "/graphql",
        data={"operations": operations, "map": '{"0": ["variables.i"]}'},
        files={"0": ("a.png", PHOTO.read_bytes())},
    )

    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["INVALID_JSON"]


@pytest.mark.parametrize(
    "query",
    [
        "query($x: ID!) { job(id: $x) { id } }",
        "query($x: ID!) { node(id: $x) { id } }",
        "query($x: String) { jobs(after: $x) { totalCount } }",
        "mutation($x: ID!) { cancelJob(id: $x) { __typename } }",
        "mutation($x: ID!) { deleteJob(id: $x) { __typename } }",
        "mutation($x: ID!) { retryJob(id: $x) { __typename } }",
        "mutation($x: ID!, $k: String) { makeAnother(jobId: $x, idempotencyKey: $k) { __typename } }",
        "mutation($x: ID!) { moveJob(id: $x, before: $x) { __typename } }",
        'mutation($x: ID!) { openPlayback(jobId: $x, publicKey: "x") { __typename } }',
        'mutation($x: String!) { openPlayback(jobId: "job_aaaaaaaaaaaaaaaaaaaaaaaa", publicKey: $x) { __typename } }',
        "mutation($x: ID!) { playbackTickets(playbackId: $x, indexes: [0]) { __typename } }",
    ],
)
def test_half_a_surrogate_pair_anywhere_is_no_unexpected_error(alice: httpx.Client, query: str) -> None:
    body = json.dumps({"query": query, "variables": {"x": "job_\ud800", "k": "\ud800"}})

    answer = alice.post("/graphql", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code < 500
    assert "INTERNAL_SERVER_ERROR" not in answer.text
