"""What a token may: one table for the whole schema, held to at the root fields, on every way in."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from graphql_api.schema import schema
from graphql_api.scopes import INSIDE, NEEDED, check
from i2v_core.errors import Forbidden
from i2v_core.viewers import Identity, Scope
from tests.fundamentals.server import Server, Viewer
from tests.graphql_api.programs import ask, make_token, said, socket, subscribe, with_token

OPERATIONS = {
    "Query.job": '{ job(id: "x") { id } }',
    "Query.node": '{ node(id: "x") { id } }',
    "Query.nodes": '{ nodes(ids: ["x"]) { id } }',
    "Query.jobs": "{ jobs { totalCount } }",
    "Query.queue": "{ queue { __typename } }",
    "Query.limits": "{ limits { maxUploadBytes } }",
    "Mutation.makeAnother": 'mutation { makeAnother(jobId: "x") { __typename } }',
    "Mutation.cancelJob": 'mutation { cancelJob(id: "x") { __typename } }',
    "Mutation.retryJob": 'mutation { retryJob(id: "x") { __typename } }',
    "Mutation.moveJob": 'mutation { moveJob(id: "x") { __typename } }',
    "Mutation.deleteJob": 'mutation { deleteJob(id: "x") { __typename } }',
    "Mutation.deleteJobs": 'mutation { deleteJobs(ids: ["x"]) { __typename } }',
    "Mutation.keepJob": 'mutation { keepJob(id: "x", until: "2030-01-01T00:00:00Z") { __typename } }',
    "Query.sharedVideo": '{ sharedVideo(secret: "x") { name } }',
    "Mutation.openSharedPlayback": 'mutation { openSharedPlayback(secret: "x", publicKey: "x") { __typename } }',
    "Mutation.openPlayback": 'mutation { openPlayback(jobId: "x", publicKey: "x") { __typename } }',
    "Mutation.playbackTickets": 'mutation { playbackTickets(playbackId: "x", indexes: [0]) { __typename } }',
}


def is_forbidden(error: dict[str, Any], scope: str) -> bool:
    return error["extensions"]["code"] == "FORBIDDEN" and error["extensions"]["scope"] == scope


def root_fields() -> set[str]:
    built = schema._schema
    kinds = (built.query_type, built.mutation_type, built.subscription_type)
    return {f"{kind.name}.{field}" for kind in kinds if kind for field in kind.fields}


def test_every_root_field_says_what_it_needs() -> None:
    assert set(NEEDED) == root_fields(), "graphql_api/scopes.py: say which scope the new field needs"


def test_what_belongs_to_playing_needs_play_however_it_is_reached() -> None:
    """A playback is a node, and any node can be looked at; but tickets are made when they are asked for, and used up."""
    fields = schema._schema.type_map["Playback"].fields  # type: ignore[attr-defined]
    made_when_asked = {f"Playback.{name}" for name, field in fields.items() if not field.resolve._is_default}

    assert set(INSIDE) == made_when_asked
    for where in INSIDE:
        with pytest.raises(Forbidden, match="PLAY"):
            check(where, Identity("viewer_x", "flow", frozenset({Scope.READ, Scope.WRITE}), "token_x"))


def test_what_is_not_in_the_table_is_refused_to_every_token() -> None:
    check("Query.somethingNew", Identity("viewer_x", "flow"))

    with pytest.raises(Forbidden):
        check("Query.somethingNew", Identity("viewer_x", "flow", frozenset(Scope), "token_x"))


def test_only_the_cookie_does_what_is_done_with_tokens_and_links() -> None:
    assert {where for where, needed in NEEDED.items() if needed is None} == {
        "Query.apiTokens",
        "Mutation.createApiToken",
        "Mutation.revokeApiToken",
        "Query.shareLinks",
        "Mutation.createShareLink",
        "Mutation.revokeShareLink",
    }


async def test_each_operation_is_refused_without_its_scope_and_only_then(server: Server, alice: Viewer) -> None:
    server.start("api")
    programs = {scope: with_token(server, (await make_token(alice, scope))["secret"]) for scope in Scope}

    for (where, operation), (scope, program) in itertools.product(OPERATIONS.items(), programs.items()):
        answer = (await ask(program, operation)).json()
        refused = [error["extensions"] for error in answer.get("errors", [])]
        told = [(extensions["code"], extensions["scope"]) for extensions in refused]
        assert told == ([] if scope is NEEDED[where] else [("FORBIDDEN", NEEDED[where])]), f"{where} with {scope}"
    for program in programs.values():
        await program.aclose()


async def test_an_upload_needs_write_and_an_alias_or_a_fragment_hides_nothing(server: Server, alice: Viewer) -> None:
    server.start("api")
    reader = with_token(server, (await make_token(alice, "READ"))["secret"])

    upload = await reader.post(
        "/graphql",
        files={
            "operations": (
                None,
                '{"query":"mutation($i: Upload!) {uploadImage(image: $i) {__typename}}","variables":{"i":null}}',
            ),
            "map": (None, '{"0":["variables.i"]}'),
            "0": ("a.png", b"not even a picture"),
        },
        headers={"X-I2V-Request": "1"},
    )
    hidden = await ask(
        reader, 'mutation { ...Hidden } fragment Hidden on Mutation { limits: deleteJob(id: "x") { __typename } }'
    )
    introspection = await ask(reader, "{ __typename __schema { queryType { name } } }")

    for answer in (upload, hidden):
        assert is_forbidden(answer.json()["errors"][0], "WRITE")
    assert "errors" not in introspection.json()
    await reader.aclose()


async def test_subscriptions_and_media_are_held_to_it_too(server: Server, alice: Viewer) -> None:
    server.start("api")
    writer, reader = await make_token(alice, "WRITE"), await make_token(alice, "READ")

    async with socket(server, {"token": writer["secret"]}) as connection:
        assert (await said(connection))["type"] == "connection_ack"
        await subscribe(connection, "subscription { viewerJobs { __typename } }", "1")
        refused = await said(connection)
        await subscribe(connection, 'mutation { cancelJob(id: "x") { __typename } }', "2")
        messages = [await said(connection), await said(connection)]
        granted = next(message for message in messages if message["id"] == "2")
    statuses = []
    for made in (writer, reader):
        async with with_token(server, made["secret"]) as program:
            statuses += [(await program.get(f"/media/{kind}/job_x")).status_code for kind in ("thumbnails", "pictures")]

    assert is_forbidden(refused["payload"][0], "READ")
    assert granted["payload"]["data"] == {"cancelJob": {"__typename": "JobNotFound"}}
    assert statuses == [403, 403, 404, 404]
