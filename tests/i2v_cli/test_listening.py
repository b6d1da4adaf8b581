"""The listening socket, as each of its connections inherits it."""

from __future__ import annotations

import socket

from i2v_cli.listening import listen


def test_the_kernel_holds_little_for_a_client_that_does_not_read() -> None:
    with listen("127.0.0.1", 0) as listening, socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(listening.getsockname())
        connection, _ = listening.accept()
        with connection:
            connection.setblocking(False)
            taken = 0
            while taken < 2_000_000:
                try:
                    taken += connection.send(b"." * 4096)
                except BlockingIOError:
                    break

    assert taken < 400_000
