"""Automatic persisted queries: the text is sent once, afterwards its hash will do, over every transport."""

from __future__ import annotations

import hashlib
from typing import Any

import httpx
import redis

from i2v_core import keys
from tests.fundamentals.server import Server
from tests.graphql_api.sockets import connected

SETTINGS = {"persisted_operations": 2, "persisted_hours": 2.0}


def by_hash(query: str) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": hashlib.sha256(query.encode()).hexdigest()}}


def ask(http: httpx.Client, **body: Any) -> Any:
    return http.post("/graphql", json=body).json()


def test_an_unknown_hash_is_told_and_the_text_is_kept_for_the_next_time(api: Server, http: httpx.Client) -> None:
    query = "query First { __typename }"

    unknown = ask(http, extensions=by_hash(query))
    told = ask(http, query=query, extensions=by_hash(query))
    known = ask(http, extensions=by_hash(query))
    with connected(api, http) as socket:
        socket.initialise()
        socket.send({"id": "1", "type": "subscribe", "payload": {"extensions": by_hash(query)}})
        over_websocket = socket.receive()["payload"]

    (error,) = unknown["errors"]
    assert (error["message"], error["extensions"]["code"]) == ("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")
    assert told == known == over_websocket == {"data": {"__typename": "Query"}}


def test_a_hash_of_another_text_is_refused_and_nothing_is_kept(http: httpx.Client) -> None:
    wrong = ask(http, query="{ __typename }", extensions=by_hash("query Other { __typename }"))
    afterwards = ask(http, extensions=by_hash("query Other { __typename }"))

    assert wrong["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_HASH_MISMATCH"
    assert afterwards["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"


def test_what_is_not_valid_is_not_kept(http: httpx.Client) -> None:
    query = "{ nothingOfThisName }"

    ask(http, query=query, extensions=by_hash(query))

    assert ask(http, extensions=by_hash(query))["errors"][0]["message"] == "PersistedQueryNotFound"


def test_only_so_many_are_kept_and_the_one_unused_for_longest_goes(http: httpx.Client) -> None:
    queries = [f"query Number{number} {{ __typename }}" for number in range(3)]
    for query in queries:
        ask(http, query=query, extensions=by_hash(query))

    assert ["errors" in ask(http, extensions=by_hash(query)) for query in queries] == [True, False, False]


def test_one_is_kept_for_as_long_as_the_setting_says_from_its_last_use(api: Server, http: httpx.Client) -> None:
    query = "query Kept { __typename }"
    ask(http, query=query, extensions=by_hash(query))
    digest = by_hash(query)["persistedQuery"]["sha256Hash"]
    with redis.Redis.from_url(str(api.settings.redis_url)) as store:
        assert 2 * 3600 - 60 < store.ttl(keys.persisted(digest)) <= 2 * 3600
        store.expire(keys.persisted(digest), 100)

        ask(http, extensions=by_hash(query))

        assert 2 * 3600 - 60 < store.ttl(keys.persisted(digest)) <= 2 * 3600
