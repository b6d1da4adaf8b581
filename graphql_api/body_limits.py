"""The bounds that keep memory flat: how many upload bodies are read at once, and how long any other body may be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cross_web import HTTPException
from starlette.types import Message, Receive

from i2v_core.settings import Settings

#: Longest body that is no upload, in bytes. The longest query of any client here has 2 KB.
MAX_QUERY_BYTES = 256 * 1024


class BodyLimits:
    """Places for upload bodies; who finds none waits. A body's own deadline (`multipart.py`) frees the place again."""

    def __init__(self, settings: Settings) -> None:
        self._places = asyncio.Semaphore(settings.max_concurrent_uploads)

    @asynccontextmanager
    async def one_upload(self) -> AsyncIterator[None]:
        """Hold a place while one body is read."""
        async with self._places:
            yield


def counted(receive: Receive) -> Receive:
    """The same `receive`, which raises `HTTPException` 413 once a body is longer than `MAX_QUERY_BYTES`."""
    received = 0

    async def receive_and_count() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > MAX_QUERY_BYTES:
            raise HTTPException(413, f"The request is longer than {MAX_QUERY_BYTES} bytes.")
        return message

    return receive_and_count
