"""Apollo sends hashes in the place of queries, as docs/api.md shows."""

from __future__ import annotations

import hashlib
import json

import httpx
import pytest

from tests.clients.conftest import Run
from tests.fundamentals.server import Server


@pytest.mark.usefixtures("npm_folder")
def test_a_hash_stands_for_the_query_once_it_was_sent(run: Run, deployment: Server) -> None:
    """What Apollo hashes is the document as it prints it."""
    printed = run("node", "--input-type=module", "-e", PRINT).out

    assert run("node", "apollo_persisted.mjs").out == ["listed: 0"]

    digest = hashlib.sha256("\n".join(printed).encode()).hexdigest()
    known = {"version": 1, "sha256Hash": digest}
    answer = httpx.get(
        f"{deployment.url}/graphql",
        params={"extensions": json.dumps({"persistedQuery": known}), "variables": '{"first": 1}'},
        headers={"X-I2V-Request": "1"},
    )
    assert answer.json()["data"]["jobs"]["edges"] == []
    assert run("node", "apollo_persisted.mjs").out == ["listed: 0"]


#: What the client makes of the example's query: it adds `__typename`, too.
PRINT = """
import { print } from "graphql";
import { InMemoryCache, gql } from "@apollo/client";
import { JOBS } from "./i2v.mjs";
console.log(print(new InMemoryCache().transformDocument(gql(JOBS))));
"""
