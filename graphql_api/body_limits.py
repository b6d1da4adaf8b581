"""How many upload bodies are read at once: the bound that keeps memory flat under a flood of uploads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from i2v_core.settings import Settings


class BodyLimits:
    """Places for upload bodies; who finds none waits. A body's own deadline (`multipart.py`) frees the place again."""

    def __init__(self, settings: Settings) -> None:
        self._places = asyncio.Semaphore(settings.max_concurrent_uploads)

    @asynccontextmanager
    async def one_upload(self) -> AsyncIterator[None]:
        """Hold a place while one body is read."""
        async with self._places:
            yield
