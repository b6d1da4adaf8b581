"""Whether a server answers yet, asked over plain HTTP without a client library: it is on the way to every start."""

from __future__ import annotations

import asyncio


async def answers(host: str, port: int, path: str) -> bool:
    """Whether a GET there is answered with a status below 400. Waits as long as an accepted connection lasts."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)
    try:
        reader, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    try:
        shown = f"[{host}]" if ":" in host else host
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {shown}:{port}\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        status = (await reader.readline()).split(b" ", 2)
        return len(status) > 1 and status[1].isdigit() and int(status[1]) < 400
    except OSError:
        return False
    finally:
        writer.close()


async def until_answers(host: str, port: int, path: str) -> None:
    """Wait until it does."""
    while not await answers(host, port, path):
        await asyncio.sleep(0.05)
