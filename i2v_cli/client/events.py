"""All of the viewer's jobs as they change, over one WebSocket (graphql-transport-ws)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

from httpx import Headers
from websockets import Subprotocol
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from i2v_cli.client import operations
from i2v_cli.client.api import Answer, Api, ComeAgain, denied, error_of, read_answer
from i2v_cli.client.ending import Stopped, Unreachable

#: Seconds within which a server that is there has let us in.
_OPEN_SECONDS = 10.0
#: Close codes of one who may not, or not any more.
_DENIED_CLOSES = (4401, 4403)


async def viewer_jobs(api: Api) -> AsyncGenerator[Answer, None]:
    """Events of `viewerJobs` for as long as the connection lasts: each unfinished job first, then every change.

    It ends by an error only, one of those that any question to the server raises.
    """
    try:
        async with connect(
            api.address.socket,
            ssl=api.tls if api.address.socket.startswith("wss") else None,
            subprotocols=[Subprotocol("graphql-transport-ws")],
            additional_headers=api.headers(),
            open_timeout=_OPEN_SECONDS,
            close_timeout=1,
        ) as socket:
            await socket.send(json.dumps({"type": "connection_init", "payload": {}}))
            async with asyncio.timeout(_OPEN_SECONDS):
                await socket.recv()  # connection_ack, the only thing that may come first
            payload = {"query": operations.VIEWER_JOBS}
            await socket.send(json.dumps({"type": "subscribe", "id": "jobs", "payload": payload}))
            async for text in socket:
                message: dict[str, Any] = json.loads(text)
                if message["type"] == "ping":
                    await socket.send(json.dumps({"type": "pong"}))
                elif message["type"] == "error":
                    raise error_of(message["payload"][0], api.address)
                elif message["type"] == "next":
                    if errors := message["payload"].get("errors"):
                        raise error_of(errors[0], api.address)
                    yield message["payload"]["data"]["viewerJobs"]
                elif message["type"] == "complete":
                    break
    except InvalidStatus as refused:
        response = refused.response
        raise _refused_handshake(api, response.status_code, (response.body or b"").decode(errors="replace")) from None
    except ConnectionClosed as closed:
        if closed.rcvd and closed.rcvd.code in _DENIED_CLOSES:
            raise denied(closed.rcvd.reason or "The token is not valid.", api.address) from None
        raise api.unreachable(closed) from None
    except (WebSocketException, OSError, TimeoutError) as error:
        raise api.unreachable(error) from None
    raise ComeAgain(1.0, "The server has ended the connection.")


def _refused_handshake(api: Api, status: int, body: str) -> Exception:
    if status == 403 and api.address.token is None:
        return Unreachable(f"{api.address.url} lets no WebSocket through ({status}).", passing=False)
    try:
        read_answer(status, Headers(), body, api.address)
    except (ComeAgain, Stopped) as error:
        return error
    return api.unreachable(ConnectionError(status))
