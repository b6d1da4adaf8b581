"""What is refused without GraphQL: the right status, a problem document that says what to do, and nothing left behind."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis as sync_redis
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from graphql_api.rest.access import require
from graphql_api.rest.problems import STATUS, RestCode
from graphql_api.rest.resource import Resource
from i2v_core.errors import Code, Forbidden
from i2v_core.viewers import IDENTITY_KEY, Identity, Scope
from tests.conftest import wait_until
from tests.fundamentals.server import Server
from tests.graphql_api.serving import OURS, PHOTO, client, serving, upload

PNG = PHOTO.read_bytes()
RAW = {"Content-Type": "image/png"}
JOB = f"/api/jobs/job_{'x' * 24}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("problems"), max_upload_mb=2.0) as server:
        yield server


@pytest.fixture
def alice(server: Server) -> Iterator[httpx.Client]:
    with client(server) as viewer:
        yield viewer


def assert_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The answer is a problem document as RFC 9457 has it, with our own members."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    problem = dict(answer.json())
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"] == f"/problems/{code.lower().replace('_', '-')}"
    assert problem["title"]
    assert problem["message"].endswith(".")
    assert problem["detail"].startswith(problem["message"])
    assert answer.headers["cache-control"] == "no-store"
    return problem


def nothing_incoming(server: Server) -> bool:
    incoming = server.settings.media_path / ".incoming"
    return not incoming.exists() or not list(incoming.iterdir())


@pytest.mark.parametrize("raw", [False, True], ids=["form", "raw"])
@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 422, "EMPTY_FILE"),
        (b"hello, I am a text", 415, "NOT_A_PICTURE"),
        (b"%PDF-1.7 and so on", 415, "UNSUPPORTED_FORMAT"),
        (PNG[: len(PNG) // 2], 422, "TRUNCATED_FILE"),
        (PNG + b"\0" * 3_000_000, 413, "TOO_MANY_BYTES"),
    ],
)
def test_a_file_is_refused_with_the_reason(
    server: Server, alice: httpx.Client, data: bytes, status: int, code: str, raw: bool
) -> None:
    answer = alice.post("/api/jobs", content=data, headers=RAW) if raw else upload(alice, data)

    problem = assert_problem(answer, status, code)
    assert (code == "TOO_MANY_BYTES") == ("limit" in problem)
    if "limit" in problem:
        assert problem["limit"] == {"name": "upload size", "value": 2_000_000, "unit": "bytes"}
    wait_until(lambda: nothing_incoming(server), what="the file that came in being gone")
    assert alice.get("/api/jobs").json()["totalCount"] == 0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("seconds", "2.9"),
        ("seconds", "nan"),
        ("seconds", ""),
        ("shape", "ROUND"),
        ("focusX", "1.01"),
        ("focusY", "-0.1"),
        ("focusX", "left"),
        ("seed", "-1"),
        ("seed", "1.5"),
        ("seed", "2147483648"),
        ("motion", "pan"),
        ("color", "red"),
    ],
)
def test_options_are_read_strictly(alice: httpx.Client, name: str, text: str) -> None:
    assert_problem(upload(alice, **{name: text}), 422, "WRONG_OPTIONS")


def test_a_wrong_option_in_the_address_is_told_though_the_form_overrules_it(alice: httpx.Client) -> None:
    for address in ("/api/jobs?motion=", "/api/jobs?seconds=null"):
        answer = alice.post(address, files={"image": ("a.png", PNG)}, data={"motion": "PAN", "seconds": "4"})
        assert_problem(answer, 422, "WRONG_OPTIONS")


@pytest.mark.parametrize(
    ("answer_to", "status", "code"),
    [
        (lambda v: v.post("/api/jobs", files={"picture": ("a.png", PNG)}), 400, "BAD_REQUEST"),
        (lambda v: v.post("/api/jobs", files={"image": ("a.png", PNG), "b": ("b.png", PNG)}), 400, "BAD_REQUEST"),
        (lambda v: v.post("/api/jobs", files=[("image", PNG), ("image", PNG)]), 400, "BAD_REQUEST"),
        (
            lambda v: v.post("/api/jobs", content=b"x", headers={"Content-Type": "multipart/form-data"}),
            400,
            "BAD_REQUEST",
        ),
        (lambda v: upload(v, motion="x" * 70_000), 413, "BODY_TOO_LARGE"),
        (lambda v: v.post("/api/jobs", json={"image": "a"}), 415, "UNSUPPORTED_MEDIA_TYPE"),
        (lambda v: v.post("/api/jobs", data={"image": "a"}), 415, "UNSUPPORTED_MEDIA_TYPE"),
        (lambda v: v.post("/api/jobs", content=PNG), 415, "UNSUPPORTED_MEDIA_TYPE"),
        (lambda v: v.post("/api/jobs?seconds=4&seconds=5", content=PNG, headers=RAW), 400, "BAD_USER_INPUT"),
        (
            lambda v: v.post("/api/jobs", content=PNG, headers={**RAW, "Idempotency-Key": "k" * 201}),
            422,
            "WRONG_OPTIONS",
        ),
        (lambda v: v.get("/api/jobs?limit=0"), 400, "BAD_USER_INPUT"),
        (lambda v: v.get("/api/jobs?limit=101"), 400, "BAD_USER_INPUT"),
        (lambda v: v.get("/api/jobs?limit=%C2%B2"), 400, "BAD_USER_INPUT"),
        (lambda v: v.get("/api/jobs?after=nonsense"), 400, "BAD_USER_INPUT"),
        (lambda v: v.get("/api/jobs?first=3"), 400, "BAD_USER_INPUT"),
        (lambda v: v.get("/api/jobs", headers={"Accept": "text/html"}), 406, "NOT_ACCEPTABLE"),
        (lambda v: v.get("/api/queue", headers={"Accept": "application/json;q=0, */*"}), 406, "NOT_ACCEPTABLE"),
        (lambda v: v.get(f"{JOB}/events", headers={"Accept": "application/json"}), 406, "NOT_ACCEPTABLE"),
        (lambda v: v.get(JOB), 404, "JOB_NOT_FOUND"),
        (lambda v: v.get("/api/nothing"), 404, "NOT_FOUND"),
        (lambda v: v.post("/api/jobs/"), 404, "NOT_FOUND"),
    ],
)
def test_a_request_is_refused_with_the_reason(alice: httpx.Client, answer_to: Any, status: int, code: str) -> None:
    assert_problem(answer_to(alice), status, code)


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/jobs", "GET, HEAD, OPTIONS, POST"),
        (JOB, "DELETE, GET, HEAD, OPTIONS"),
        (f"{JOB}/events", "GET, HEAD, OPTIONS"),
        (f"{JOB}/cancel", "OPTIONS, POST"),
        (f"{JOB}/retry", "OPTIONS, POST"),
        ("/api/queue", "GET, HEAD, OPTIONS"),
    ],
)
def test_another_method_is_told_which_there_are(alice: httpx.Client, path: str, allowed: str) -> None:
    refused, asked = alice.put(path), alice.options(path)

    assert_problem(refused, 405, "METHOD_NOT_ALLOWED")
    assert refused.headers["allow"] == asked.headers["allow"] == allowed
    assert asked.status_code == 204


async def test_an_upload_that_takes_too_long_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path, upload_seconds=1.0) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.settings.port)
        head = b"POST /api/jobs HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\nContent-Length: 100000\r\n\r\n"
        writer.write(head + PNG[:1000])

        answer = await reader.readuntil(b"howToFix")  # and then nothing more is sent
        writer.close()

        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b'"code":"UPLOAD_TOO_SLOW"' in answer
        wait_until(lambda: nothing_incoming(server), what="the file that came in being gone")


def test_who_has_enough_waiting_is_told_when_to_come_again(tmp_path: Path) -> None:
    with serving(tmp_path, waiting_per_viewer=1) as server, client(server) as alice:
        key = {"Idempotency-Key": "k"}
        first = alice.post("/api/jobs", content=PNG, headers={**RAW, **key})
        again = alice.post("/api/jobs", content=PNG, headers={**RAW, **key})
        refused = upload(alice)
        raw = alice.post("/api/jobs", content=PNG, headers=RAW)

        assert [first.status_code, again.status_code] == [201, 201]
        assert first.json()["id"] == again.json()["id"], "it has its place already"
        for answer in (refused, raw):
            problem = assert_problem(answer, 429, "TOO_MANY_WAITING")
            assert int(answer.headers["retry-after"]) >= problem["retryAfterSeconds"] > 0
            assert problem["limit"]["value"] == 1
            assert problem["message"] == "You have 1 picture waiting, and that is as many as one may have."


def test_who_has_as_many_jobs_as_one_may_deletes_some_first(tmp_path: Path) -> None:
    with serving(tmp_path, jobs_per_viewer=1, waiting_per_viewer=1) as server, client(server) as alice:
        key = {"Idempotency-Key": "k"}
        first = alice.post("/api/jobs", content=PNG, headers={**RAW, **key})
        job = first.json()["id"]
        assert alice.post(f"/api/jobs/{job}/cancel").status_code == 200
        assert alice.post(f"{upload(alice).headers['Location']}/cancel").status_code == 200

        refused = upload(alice)
        again = alice.post("/api/jobs", content=PNG, headers={**RAW, **key})
        another = alice.post(
            "/graphql", json={"query": f'mutation {{ makeAnother(jobId: "{job}") {{ ... on Refusal {{ code }} }} }}'}
        )
        with client(server) as bob:
            assert upload(bob).status_code == 201, "it is a viewer's bound"
        assert alice.delete(f"/api/jobs/{job}").status_code == 204
        assert upload(alice).json()["code"] == "TOO_MANY_WAITING", "room for another, when its address may"

    problem = assert_problem(refused, 409, "TOO_MANY_JOBS")
    assert problem["limit"] == {"name": "jobs", "value": 2, "unit": "jobs"}
    assert again.json()["id"] == job
    assert another.json()["data"]["makeAnother"] == {"code": "TOO_MANY_JOBS"}


def test_who_has_begun_enough_uploads_is_told_so_in_these_words(tmp_path: Path) -> None:
    with serving(tmp_path, uploads_per_minute=2) as server, client(server) as alice:
        refused = [upload(alice, b"no picture") for _ in range(3)][-1]

    problem = assert_problem(refused, 429, "TOO_MANY_UPLOADS")
    assert problem["message"] == "You have begun 2 uploads within a minute, and that is as many as are taken."


def test_while_the_store_is_away_everybody_is_told_to_try_again(tmp_path: Path) -> None:
    with serving(tmp_path) as server, client(server) as alice:
        job = upload(alice).headers["Location"]
        alice.post("/graphql", json={"query": "{ queue { length } }"})
        (tmp_path / "s").rename(tmp_path / "gone")  # no new connection gets through
        sync_redis.Redis.from_url(f"unix://{tmp_path}/gone").client_kill_filter(_type="normal", skipme=True)
        try:
            for answer in (alice.get(job), alice.delete(job), alice.get(f"{job}/events"), upload(alice)):
                assert_problem(answer, 503, "TRY_AGAIN")
                assert answer.headers["retry-after"] == "3"
        finally:
            (tmp_path / "gone").rename(tmp_path / "s")
        assert alice.get(job).status_code == 200


def scoped(*scopes: Scope) -> httpx.AsyncClient:
    """A client of one resource that is asked for by an identity of these scopes."""

    async def read(request: Request) -> Response:
        require(request, Scope.READ)
        return Response("read")

    async def write(request: Request) -> Response:
        require(request, Scope.WRITE)
        return Response("written")

    async def broken(_: Request) -> Response:
        raise RuntimeError("the password is 'swordfish'")

    inner = Starlette(routes=[Route("/", Resource(GET=read, POST=write, DELETE=broken))])

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await inner({**scope, IDENTITY_KEY: Identity("viewer_x", "flow", frozenset(scopes))}, receive, send)

    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test", headers=OURS)


async def test_a_token_does_what_it_was_made_for_and_no_more() -> None:
    async with scoped(Scope.READ) as reader, scoped(Scope.WRITE) as writer:
        assert (await reader.get("/")).text == "read"
        assert (await writer.post("/")).text == "written"
        refused = [await writer.get("/"), await reader.post("/")]

    for answer, scope in zip(refused, ("READ", "WRITE"), strict=True):
        assert_problem(answer, 403, "FORBIDDEN")
        assert f'scope="{scope}"' in answer.headers["www-authenticate"]
        # The same words and members as GraphQL has for it.
        assert answer.json()["scope"] == scope
        assert answer.json()["message"] == Forbidden(scope).message


async def test_an_unexpected_error_shows_its_id_and_nothing_else(capfd: pytest.CaptureFixture[str]) -> None:
    async with scoped(Scope.READ) as anybody:
        answer = await anybody.delete("/")

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (500, "INTERNAL_SERVER_ERROR")
    assert re.fullmatch("[0-9a-f]{12}", problem["errorId"])
    assert "swordfish" not in answer.text
    logged = "".join(capfd.readouterr())
    assert problem["errorId"] in logged
    assert "swordfish" in logged


def test_every_code_that_this_api_can_answer_has_a_status() -> None:
    playback = {c for c in Code if "PLAY" in c or c in ("HAS_NO_VIDEO", "WRONG_PUBLIC_KEY")}
    of_a_failed_job = {Code.MODEL_FAILED, Code.TOO_MANY_ATTEMPTS}
    only_by_graphql = {Code.JOB_NOT_WAITING, Code.WRONG_KEEP_TIME} | {c for c in Code if "TOKEN" in c or "SHARE" in c}

    assert set(STATUS) == {*RestCode, *Code} - playback - of_a_failed_job - only_by_graphql
    assert json.dumps(sorted(STATUS))
