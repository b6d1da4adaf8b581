"""The bound that keeps memory flat: how many upload bodies are read at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from i2v_core.settings import Settings


class BodyLimits:
    """Places for upload bodies; who finds none waits. A body's own deadline (`multipart.py`) frees the place again.

    One flow gets half of them at most: many slow senders of one address hold up themselves, not everybody.
    """

    def __init__(self, settings: Settings) -> None:
        self._places = asyncio.Semaphore(settings.max_concurrent_uploads)
        self._share = max(1, settings.max_concurrent_uploads // 2)
        #: Places of each flow that has uploads here, and how many those are.
        self._shares: dict[str, tuple[asyncio.Semaphore, int]] = {}

    @asynccontextmanager
    async def one_upload(self, flow: str) -> AsyncIterator[None]:
        """Hold a place while one body of the flow is read."""
        share, users = self._shares.get(flow, (asyncio.Semaphore(self._share), 0))
        self._shares[flow] = (share, users + 1)
        try:
            async with share, self._places:
                yield
        finally:
            share, users = self._shares.pop(flow)
            if users > 1:
                self._shares[flow] = (share, users - 1)
