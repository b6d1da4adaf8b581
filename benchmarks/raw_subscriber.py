"""A subscriber that costs next to nothing: one asyncio protocol, frames taken apart by hand.

The measured server must be the slow one of the two; the `websockets` client alone would cost more than it.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
import struct
from collections.abc import Callable
from typing import Any

_TEXT, _CLOSE, _PING, _PONG = 0x1, 0x8, 0x9, 0xA
_ACK = b'"connection_ack"'


class RawSubscriber(asyncio.Protocol):
    """One graphql-transport-ws connection with one subscription. `on_text` gets the text of every message after the ack."""

    __slots__ = ("_buffer", "_hello", "_subscribe", "closed", "number", "on_text", "opened", "transport")

    def __init__(
        self, number: int, path_and_headers: str, subscribe: bytes, on_text: Callable[[RawSubscriber, bytes], None]
    ) -> None:
        self.number = number
        self.on_text = on_text
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed = False
        self.transport: asyncio.Transport
        self._buffer = b""
        self._hello = path_and_headers
        self._subscribe = subscribe

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._hello.encode())

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        if not self.opened.done():
            self.opened.set_exception(exc or ConnectionResetError("closed before the acknowledgement"))

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data
        if self._hello:
            head, end, buffer = buffer.partition(b"\r\n\r\n")
            if not end:
                self._buffer = head
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self.opened.set_exception(ConnectionRefusedError(head.split(b"\r\n")[0].decode()))
                self.transport.abort()
                return
            self._hello = ""
            self.transport.write(_frame(_TEXT, b'{"type":"connection_init"}'))
        while len(buffer) >= 2:
            size, start = buffer[1], 2
            if size == 126:
                if len(buffer) < 4:
                    break
                size, start = int.from_bytes(buffer[2:4], "big"), 4
            elif size == 127:
                raise ValueError("no message here is that long")
            if len(buffer) < start + size:
                break
            self._take(buffer[0] & 0xF, buffer[start : start + size])
            buffer = buffer[start + size :]
        self._buffer = buffer

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == _TEXT:
            if not self.opened.done() and _ACK in payload:
                self.opened.set_result(None)
                self.transport.write(_frame(_TEXT, self._subscribe))
            else:
                self.on_text(self, payload)
        elif opcode == _PING:
            self.transport.write(_frame(_PONG, payload))
        elif opcode == _CLOSE:
            self.transport.close()


def _frame(opcode: int, payload: bytes) -> bytes:
    """A masked frame; a mask of zeros masks nothing, and is one."""
    size = len(payload)
    head = bytes([0x80 | opcode, 0x80 | size]) if size < 126 else struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, size)
    return head + b"\0\0\0\0" + payload


def hello(host: str, cookie: str) -> str:
    """The handshake's request."""
    return (
        f"GET /graphql HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {secrets.token_urlsafe(16)[:22]}==\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Protocol: graphql-transport-ws\r\nCookie: {cookie}\r\n\r\n"
    )


def subscribe(query: str, **variables: Any) -> bytes:
    """The message that begins a subscription."""
    payload = {"query": query, "variables": variables}
    return json.dumps({"id": "1", "type": "subscribe", "payload": payload}).encode()


async def connect(
    port: int,
    number: int,
    cookie: str,
    message: bytes,
    on_text: Callable[[RawSubscriber, bytes], None],
    *,
    window: int = 0,
) -> RawSubscriber:
    """A subscriber whose subscription was sent. Raises `OSError` if the server does not take it.

    `window` are the bytes that the kernel takes in for it unread: as many as it likes, if 0.
    """
    loop = asyncio.get_running_loop()
    said = hello(f"127.0.0.1:{port}", cookie)
    sock = socket.socket()
    sock.setblocking(False)
    if window:  # before it connects, or the peer has been told of more
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
    await loop.sock_connect(sock, ("127.0.0.1", port))
    _, subscriber = await loop.create_connection(lambda: RawSubscriber(number, said, message, on_text), sock=sock)
    await subscriber.opened
    return subscriber
