"""Bodies of requests that are no uploads: how long and how large they may be, each told with the bound that it is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import httpx
import pytest
from starlette.requests import Request
from starlette.types import Message

from graphql_api.http.bodies import read_body
from graphql_api.http.refusals import RequestRefused
from graphql_api.request_errors import RequestCode
from i2v_core.settings import Settings
from tests.fundamentals.server import Server
from tests.graphql_api.serving import client, serving

HELLO = '{"query": "{ __typename }"}'


@pytest.fixture(scope="module", params=[{"body_seconds": 1.0}, {"body_idle_seconds": 1.0}], ids=["in all", "idle"])
def impatient(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("bodies"), **request.param) as server:
        yield server


async def test_a_body_that_does_not_come_is_not_waited_for(impatient: Server) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", impatient.settings.port)
    writer.write(
        b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
        + b'{"que'
    )

    head, _, body = (await reader.read()).partition(b"\r\n\r\n")  # the connection is closed with the answer
    writer.close()

    assert head.startswith(b"HTTP/1.1 408 ")
    (error,) = json.loads(body)["errors"]
    assert error["extensions"]["code"] == "BODY_TOO_SLOW"
    limit = error["extensions"]["limit"]
    assert (limit["name"], limit["value"], limit["unit"]) == (
        "request time",
        impatient.settings.body_seconds,
        "seconds",
    )
    async with httpx.AsyncClient(base_url=impatient.url) as other:
        assert (await other.post("/graphql", content=HELLO, headers={"Content-Type": "application/json"})).is_success


async def test_a_body_whose_sender_goes_away_is_cut_short() -> None:
    messages: list[Message] = [
        {"type": "http.request", "body": b'{"que', "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return messages.pop(0)

    with pytest.raises(RequestRefused) as refused:
        await read_body(Request({"type": "http", "headers": []}, receive), Settings())

    assert (refused.value.status_code, refused.value.code) == (400, RequestCode.BODY_CUT_SHORT)


@pytest.fixture(scope="module")
def brief(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a server that takes short texts."""
    with (
        serving(tmp_path_factory.mktemp("brief"), max_operation_kb=5, multipart_field_kb=4) as server,
        client(server) as viewer,
    ):
        yield viewer


@pytest.mark.parametrize("declared", [True, False], ids=["said in the header", "in chunks"])
def test_an_operation_may_be_as_long_as_the_setting_says(brief: httpx.Client, declared: bool) -> None:
    def post(length: int) -> httpx.Response:
        text = HELLO + " " * (length - len(HELLO))
        content = text if declared else iter([text.encode()])
        return brief.post("/graphql", content=content, headers={"Content-Type": "application/json"})

    assert post(5120).json() == {"data": {"__typename": "Query"}}

    refused = post(5121)
    assert refused.status_code == 413
    extensions = refused.json()["errors"][0]["extensions"]
    assert (extensions["code"], extensions["limit"]["value"]) == ("BODY_TOO_LARGE", 5120)


def test_a_multipart_field_may_be_as_long_as_the_setting_says(brief: httpx.Client) -> None:
    def post(length: int) -> httpx.Response:
        operations = HELLO + " " * (length - len(HELLO))
        return brief.post("/graphql", files={"operations": (None, operations), "map": (None, "{}")})

    assert post(4096).json() == {"data": {"__typename": "Query"}}

    refused = post(4097)
    assert refused.status_code == 413
    extensions = refused.json()["errors"][0]["extensions"]
    assert (extensions["code"], extensions["limit"]["value"]) == ("BODY_TOO_LARGE", 4096)
