"""The multipart request specification: every malformed body is a GraphQL error with a code."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.conftest import PICTURES
from tests.graphql_api.jobs import upload

SETTINGS = {"multipart_files": 2, "multipart_paths": 2}
QUERY = "mutation A($a: Upload!) { uploadImage(image: $a) { __typename } }"
OPERATIONS = json.dumps({"query": QUERY, "variables": {"a": None}})
MAP = json.dumps({"0": ["variables.a"]})
PICTURE = (PICTURES / "coffee.png").read_bytes()


def send(http: httpx.Client, parts: list[tuple[str, Any]]) -> httpx.Response:
    """Send parts in this order: texts, or files as a pair of name and bytes."""
    return http.post("/graphql", files=[(n, v if isinstance(v, tuple) else (None, v)) for n, v in parts])


FILE = ("0", ("a.png", PICTURE))


@pytest.mark.parametrize(
    ("parts", "status", "code"),
    [
        ([("map", MAP), FILE], 400, "INVALID_MULTIPART"),
        ([("operations", OPERATIONS), FILE], 400, "INVALID_MULTIPART"),
        ([FILE, ("operations", OPERATIONS), ("map", MAP)], 400, "INVALID_MULTIPART"),
        ([("operations", OPERATIONS), ("map", MAP)], 400, "INVALID_MULTIPART"),
        ([("operations", OPERATIONS), ("operations", OPERATIONS), ("map", MAP), FILE], 400, "INVALID_MULTIPART"),
        ([("operations", "{"), ("map", MAP), FILE], 400, "INVALID_JSON"),
        ([("operations", b"\xff"), ("map", MAP), FILE], 400, "INVALID_JSON"),
        ([("operations", "7"), ("map", MAP), FILE], 400, "BAD_REQUEST"),
        ([("operations", f"[{OPERATIONS}]"), ("map", '{"0": ["0.variables.a"]}'), FILE], 400, "BATCHING_NOT_SUPPORTED"),
        ([("operations", OPERATIONS), ("map", "{"), FILE], 400, "INVALID_JSON"),
        *(
            ([("operations", OPERATIONS), ("map", json.dumps(wrong)), FILE], 400, "INVALID_MULTIPART")
            for wrong in (
                [],
                7,
                {"0": "variables.a"},
                {"0": [7]},
                {"0": ["query"]},
                {"0": ["variables.b"]},
                {"0": ["variables.a.b"]},
                {"0": ["variables."]},
                {"9": ["variables.a"]},
            )
        ),
        ([("operations", OPERATIONS), ("map", json.dumps({"0": ["variables.a"] * 3})), FILE], 413, "BODY_TOO_LARGE"),
        ([("operations", OPERATIONS), ("map", MAP), *((str(n), FILE[1]) for n in range(3))], 413, "BODY_TOO_LARGE"),
        ([("operations", " " * 70_000), ("map", MAP), FILE], 413, "BODY_TOO_LARGE"),
    ],
)
def test_a_malformed_body_is_a_graphql_error_with_a_code(
    http: httpx.Client, parts: list[tuple[str, Any]], status: int, code: str
) -> None:
    answer = send(http, parts)

    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (status, code)


@pytest.mark.parametrize(
    "content", [b"", b"no parts", b"--x\r\n", b"--x\r\n\r\n\r\n--x--\r\n", b"--x\r\nA: " + b"b" * 9000]
)
def test_a_body_that_is_not_multipart_is_refused(http: httpx.Client, content: bytes) -> None:
    for kind in ("multipart/form-data; boundary=x", "multipart/form-data"):
        answer = http.post("/graphql", content=content, headers={"Content-Type": kind})

        assert answer.status_code in (400, 413)
        assert answer.json()["errors"][0]["extensions"]["code"]


def test_operations_and_map_may_be_sent_as_files_of_json(http: httpx.Client) -> None:
    as_files = [("operations", ("blob", OPERATIONS.encode())), ("map", ("blob", MAP.encode())), FILE]

    assert send(http, as_files).json() == {"data": {"uploadImage": {"__typename": "Job"}}}


def test_a_picture_is_taken_in(http: httpx.Client) -> None:
    assert upload(http).startswith("job_")
