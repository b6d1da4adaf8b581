"""What a question of the page's to the API costs, and whom it passes by."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import pytest

from i2v_app import api_client
from i2v_app.api_client import ApiClient, Unreachable


async def test_certificates_are_read_once_and_not_for_each_question(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes 20 ms in which nobody else is served."""
    reads, read = 0, ssl.create_default_context

    def counting(*args: Any, **more: Any) -> ssl.SSLContext:
        nonlocal reads
        reads += 1
        return read(*args, **more)

    monkeypatch.setattr(ssl, "create_default_context", counting)
    api_client._trusted.cache_clear()

    for _ in range(3):
        with pytest.raises(Unreachable):
            await ApiClient("http://127.0.0.1:9", "i2v_viewer=x").jobs(first=1)

    assert reads <= 1


async def test_the_environments_proxies_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """They would be shown the viewer's cookie, and know no way to the server's own address."""
    connections: list[str] = []

    def connected(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append("proxy")
        writer.close()

    proxy = await asyncio.start_server(connected, "127.0.0.1", 0)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}")
    client = ApiClient("http://127.0.0.1:9", "i2v_viewer=x")

    with pytest.raises(Unreachable):
        await client.jobs(first=1)
    with pytest.raises(Unreachable):
        async with client.watch():
            pass

    assert connections == []
    proxy.close()
