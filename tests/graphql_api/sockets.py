"""A graphql-transport-ws client that sends whatever it is told to, right or wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.fundamentals.server import Server

PROTOCOL = "graphql-transport-ws"


class Socket:
    """An open connection."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    def send(self, message: object) -> None:
        """Send a JSON value, or a text or bytes as they are."""
        self.connection.send(message if isinstance(message, str | bytes) else json.dumps(message))

    def receive(self) -> dict[str, Any]:
        """The next message."""
        return dict(json.loads(self.connection.recv(10)))

    def initialise(self) -> None:
        """Have the connection acknowledged."""
        self.send({"type": "connection_init"})
        assert self.receive() == {"type": "connection_ack"}

    def subscribe(self, operation_id: str, query: str, **more: object) -> None:
        """Begin an operation."""
        self.send({"id": operation_id, "type": "subscribe", "payload": {"query": query, **more}})

    def closed(self) -> tuple[int, str]:
        """The code and the reason that the server closes with; what it still sends is skipped."""
        with suppress(ConnectionClosed):
            while True:
                self.connection.recv(10)
        assert self.connection.close_code is not None
        return self.connection.close_code, self.connection.close_reason or ""

    def is_open(self) -> bool:
        """Whether the server still answers."""
        self.send({"type": "ping", "payload": {"still": "there"}})
        return self.receive() == {"type": "pong", "payload": {"still": "there"}}


@contextmanager
def connected(
    api: Server, viewer: httpx.Client | None = None, protocol: str | None = PROTOCOL, origin: str | None = None
) -> Iterator[Socket]:
    """A connection before its first message."""
    headers = {"Cookie": f"i2v_viewer={viewer.cookies['i2v_viewer']}"} if viewer else {}
    with connect(
        api.url.replace("http", "ws") + "/graphql",
        subprotocols=[Subprotocol(protocol)] if protocol else None,
        additional_headers=headers | ({"Origin": origin} if origin else {}),
        compression=None,
    ) as connection:
        yield Socket(connection)
