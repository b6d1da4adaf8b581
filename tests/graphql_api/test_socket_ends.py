"""How operations and connections of a WebSocket end: for good or for now, each on its own, and none left behind."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest
import websockets
from starlette.types import Message
from strawberry.types.execution import ExecutionResult

from graphql_api.body_limits import BodyLimits
from graphql_api.view import GraphQLView
from graphql_api.websocket import Demanded, TransportWSHandler
from i2v_core.settings import Settings
from i2v_core.viewers import IDENTITY_KEY
from tests.conftest import OwnRedis
from tests.fundamentals.conftest import server
from tests.fundamentals.server import Server
from tests.graphql_api.asking import asking
from tests.graphql_api.programs import said, socket, subscribe

__all__ = ["server"]


async def test_an_id_that_is_used_again_is_not_ended_by_the_operation_that_had_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one's result is there in the very moment in which the client ends it."""
    begun: asyncio.Queue[str] = asyncio.Queue()
    has_result, received, sent = asyncio.Event(), asyncio.Queue[Message](), list[dict[str, Any]]()

    async def execute(_: TransportWSHandler, operation: Demanded) -> AsyncGenerator[ExecutionResult, None]:
        query = operation.demanded.query or ""
        begun.put_nowait(query)
        await (has_result.wait() if query == "{first}" else asyncio.Event().wait())
        yield ExecutionResult({"of": query}, None)

    def tell(**message: Any) -> None:
        received.put_nowait({"type": "websocket.receive", "text": json.dumps(message)})

    async def send(message: Message) -> None:
        if message["type"] == "websocket.send":
            sent.append(json.loads(message["text"]))

    monkeypatch.setattr(TransportWSHandler, "execute", execute)
    async with asking(settings) as asker:
        view = GraphQLView(asker.context.services, BodyLimits(settings))
        scope = {
            "type": "websocket",
            "path": "/graphql",
            "headers": [],
            "subprotocols": ["graphql-transport-ws"],
            IDENTITY_KEY: asker.context.identity,
        }
        received.put_nowait({"type": "websocket.connect"})
        tell(type="connection_init")
        tell(type="subscribe", id="1", payload={"query": "{first}"})
        connection = asyncio.create_task(view(scope, received.get, send))
        assert await begun.get() == "{first}"

        tell(type="complete", id="1")
        tell(type="subscribe", id="1", payload={"query": "{second}"})
        has_result.set()  # it is woken just after the connection, before it can be cancelled
        assert await begun.get() == "{second}"
        received.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await connection

    assert sent == [{"type": "connection_ack"}]
    assert len(view.bounds) == 0, "the second one goes on for ever"


async def test_a_hash_that_nobody_knows_is_counted_like_any_operation(server: Server) -> None:
    server.settings = server.settings.model_copy(update={"operations_per_minute": 3})
    server.start("api")
    codes = []

    async with socket(server) as connection:
        assert (await said(connection))["type"] == "connection_ack"
        for number in range(5):
            extensions = {"persistedQuery": {"version": 1, "sha256Hash": f"{number:064x}"}}
            message = {"id": str(number), "type": "subscribe", "payload": {"extensions": extensions}}
            await connection.send(json.dumps(message))
            codes.append((await said(connection))["payload"][0]["extensions"]["code"])

    assert codes == ["PERSISTED_QUERY_NOT_FOUND"] * 3 + ["RATE_LIMITED"] * 2


async def test_while_the_store_is_away_a_token_is_told_to_come_again(own_redis: OwnRedis, server: Server) -> None:
    server.settings = server.settings.model_copy(update={"redis_url": own_redis.url})
    server.start("api")
    own_redis.kill()

    code, reason = await closed(server, "i2v_" + "a" * 43)

    assert code == 1013, "clients take 4403 as final"
    assert "Try again in a few seconds" in reason


async def test_a_token_that_is_wrong_is_told_so_for_good(server: Server) -> None:
    server.start("api")

    assert await closed(server, "i2v_" + "a" * 43) == (
        4403,
        "This token is not valid: it is mistyped, has expired or was revoked.",
    )


async def test_a_token_is_wrong_for_its_own_connection_alone(server: Server) -> None:
    server.start("api")

    async with socket(server) as other:
        assert (await said(other))["type"] == "connection_ack"
        await closed(server, "wrong")
        await subscribe(other, "{ __typename }")

        assert (await said(other))["type"] == "next"


async def closed(server: Server, token: str) -> tuple[int, str]:
    """Code and reason of the close that a client with this token is answered with."""
    async with socket(server, {"token": token}) as connection:
        with pytest.raises(websockets.ConnectionClosed) as raised:
            await said(connection)
    assert raised.value.rcvd is not None
    return raised.value.rcvd.code, raised.value.rcvd.reason
