"""Tokens for programs: made and revoked by their viewer, and whoever shows one is that viewer, on HTTP and on WebSockets."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import websockets

from tests.conftest import PICTURES
from tests.fundamentals.server import Server, Viewer
from tests.graphql_api.programs import (
    CREATE,
    JOBS,
    REVOKE,
    TOKENS,
    WATCH,
    ask,
    make_token,
    said,
    socket,
    subscribe,
    with_token,
)
from tests.graphql_api.serving import serving

PICTURE = next(PICTURES.glob("*.jpg"))
#: As many tokens as a test makes for its viewer; all viewers come from one address.
SETTINGS = {"tokens_per_viewer": 2, "waiting_per_viewer": 1000}


@pytest.fixture(scope="module")
def server(api: Server) -> Server:
    """One API for all of these: each test is a viewer of its own."""
    return api


async def test_a_program_with_a_token_sees_its_viewers_jobs_until_it_is_revoked(server: Server, alice: Viewer) -> None:
    job = await alice.upload(PICTURE)
    made = await make_token(alice, "READ", "WRITE")

    async with with_token(server, made["secret"]) as program:
        answer = await ask(program, JOBS)
        listed = (await alice.ask(TOKENS))["apiTokens"]
        revoked = await alice.ask(REVOKE, id=made["token"]["id"])
        refused = await ask(program, JOBS)

    assert [edge["node"]["id"] for edge in answer.json()["data"]["jobs"]["edges"]] == [job["id"]]
    assert "set-cookie" not in answer.headers
    assert [(token["id"], token["scopes"]) for token in listed] == [(made["token"]["id"], ["READ", "WRITE"])]
    assert listed[0]["lastUsedAt"] is not None
    assert "secret" not in str(listed)
    assert revoked["revokeApiToken"] == {"__typename": "ApiTokenRevoked", "tokenId": made["token"]["id"]}
    assert refused.status_code == 401
    assert (await alice.ask(TOKENS))["apiTokens"] == []
    again = (await alice.ask(REVOKE, id=made["token"]["id"]))["revokeApiToken"]
    assert again["code"] == "TOKEN_NOT_FOUND"


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_a_token_that_is_not_ours_is_refused_and_never_anonymous(alice: Viewer, accept: str) -> None:
    await alice.http.get("/healthz")

    for given in ("Bearer i2v_" + "a" * 43, "bearer nonsense", "Bearer", "Bearer " + "x" * 5000):
        answer = await alice.http.post(
            "/graphql", json={"query": JOBS}, headers={"Authorization": given, "Accept": accept}
        )
        error = answer.json()["errors"][0]

        assert answer.status_code == 401, given
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.headers["content-type"].startswith(accept)
        assert answer.headers["cache-control"] == "no-store"
        assert "set-cookie" not in answer.headers
        assert error["extensions"]["code"] == "UNAUTHENTICATED"
        assert "data" not in answer.json()
    media = await alice.http.get("/media/thumbnails/job_x", headers={"Authorization": "Bearer nonsense"})
    assert media.status_code == 401
    fronts_own = await alice.http.post("/graphql", json={"query": JOBS}, headers={"Authorization": "Basic eDp5"})
    assert fronts_own.status_code == 200, "a front's own password is not for us"


async def test_a_program_may_not_make_list_or_revoke_links(server: Server, alice: Viewer) -> None:
    made = await make_token(alice, "READ", "WRITE", "PLAY")

    async with with_token(server, made["secret"]) as program:
        answers = [
            await ask(program, 'mutation{createShareLink(jobId:"x",expiresAt:"2030-01-01T00:00:00Z"){__typename}}'),
            await ask(program, '{shareLinks(jobId:"x"){id}}'),
            await ask(program, 'mutation{revokeShareLink(id:"x"){__typename}}'),
        ]

    assert [answer.json()["errors"][0]["extensions"]["code"] for answer in answers] == ["FORBIDDEN"] * 3


async def test_a_program_may_not_make_list_or_revoke_tokens(server: Server, alice: Viewer) -> None:
    made = await make_token(alice, "READ", "WRITE", "PLAY")

    async with with_token(server, made["secret"]) as program:
        program.cookies.update(alice.http.cookies)  # the token counts, whatever else is sent
        answers = [
            await ask(program, CREATE, name="child", scopes=["READ"]),
            await ask(program, TOKENS),
            await ask(program, REVOKE, id=made["token"]["id"]),
        ]

    assert [answer.json()["errors"][0]["extensions"]["code"] for answer in answers] == ["FORBIDDEN"] * 3
    assert len((await alice.ask(TOKENS))["apiTokens"]) == 1


async def test_what_makes_no_sense_is_refused_with_its_reason(alice: Viewer) -> None:
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()

    answers = [
        (await alice.ask(CREATE, name="", scopes=["READ"]))["createApiToken"],
        (await alice.ask(CREATE, name="x", scopes=[]))["createApiToken"],
        (await alice.ask(CREATE, name="x", scopes=["READ"], expiresAt=yesterday))["createApiToken"],
    ]
    await make_token(alice)
    await make_token(alice)
    answers.append((await alice.ask(CREATE, name="x", scopes=["READ"]))["createApiToken"])

    codes = ["WRONG_TOKEN_NAME", "WRONG_TOKEN_SCOPES", "WRONG_TOKEN_EXPIRY", "TOO_MANY_API_TOKENS"]
    assert [answer["code"] for answer in answers] == codes
    assert all(answer["howToFix"] for answer in answers)
    assert answers[-1]["limit"] == {"name": "tokens", "value": 2}


async def test_a_socket_is_its_tokens_and_ends_when_it_is_revoked(server: Server, alice: Viewer) -> None:
    await alice.http.get("/healthz")
    made, other = await make_token(alice), await make_token(alice)
    bearer = f"Bearer {made['secret']}"
    ways = [
        ({"Authorization": bearer}, None),
        ({"authorization": bearer}, None),
        ({"token": made["secret"]}, None),
        (None, {"Authorization": bearer}),
    ]
    async with (
        socket(server, *ways[0]) as first,
        socket(server, *ways[1]) as second,
        socket(server, *ways[2]) as third,
        socket(server, *ways[3]) as fourth,
        socket(server, {"token": other["secret"]}) as others,
        socket(server, None, {"Cookie": f"i2v_viewer={alice.http.cookies['i2v_viewer']}"}) as page,
    ):
        open_ones = (first, second, third, fourth, others, page)
        for connection in open_ones:
            assert (await said(connection))["type"] == "connection_ack"
            await subscribe(connection, WATCH)
        await alice.upload(PICTURE)
        for connection in open_ones:
            assert (await said(connection))["payload"]["data"]["viewerJobs"]["__typename"] == "JobProgress"

        await alice.ask(REVOKE, id=made["token"]["id"])
        for connection in (first, second, third, fourth):
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await asyncio.wait_for(anext_forever(connection), 20)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4403
            assert "revoked" in closed.value.rcvd.reason

        await alice.upload(PICTURE)
        for connection in (others, page):
            assert (await said(connection))["type"] == "next"


async def test_a_socket_ends_when_its_token_expires(server: Server, alice: Viewer) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=3)).isoformat()
    made = await make_token(alice, expiresAt=soon)

    async with socket(server, {"token": made["secret"]}) as connection:
        assert (await said(connection))["type"] == "connection_ack"
        await subscribe(connection, WATCH)
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await asyncio.wait_for(anext_forever(connection), 20)

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4403


@pytest.mark.parametrize("params", [{"token": "i2v_" + "a" * 43}, {"Authorization": "Bearer x"}, {"token": 7}])
async def test_a_socket_with_a_wrong_token_is_closed(server: Server, params: dict[str, object]) -> None:
    async with socket(server, params) as connection:
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await said(connection)
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with socket(server, None, {"Authorization": "Bearer x"}):
            pass

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4403
    assert refused.value.response.status_code == 401


async def anext_forever(connection: websockets.ClientConnection) -> None:
    """Read until it closes."""
    while True:
        await connection.recv()


async def test_many_tokens_have_no_more_waiting_than_one_viewer(tmp_path: Path) -> None:
    outcomes = []

    with serving(tmp_path, waiting_per_viewer=2) as server:
        for viewer in (Viewer(server), Viewer(server)):
            for _ in range(2):
                made = await make_token(viewer, "WRITE")
                program = Viewer(server)
                program.http.headers["Authorization"] = f"Bearer {made['secret']}"
                outcome = await program.upload(PICTURE)
                outcomes.append(outcome.get("code", outcome["__typename"]))
                await program.http.aclose()
            await viewer.http.aclose()

    assert outcomes == ["Job", "Job", "TOO_MANY_WAITING", "TOO_MANY_WAITING"]
