"""Taking events in batches: whatever arrived while the last batch was being dealt with comes as one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def batches(source: AsyncIterator[T], *, at_least_every: float) -> AsyncGenerator[list[T], None]:
    """Yield what came from `source` since the last time; an empty list at once, and again after so many quiet seconds.

    The first one says that reading has begun. Ends when `source` does and raises what it raises.
    """
    arrived: list[T] = []
    wake = asyncio.Event()

    async def read() -> None:
        try:
            async for item in source:
                arrived.append(item)
                wake.set()
        finally:
            wake.set()

    reader = asyncio.create_task(read())
    try:
        yield []
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), at_least_every)
            wake.clear()
            batch, arrived[:] = list(arrived), []
            if reader.done() and not batch:
                reader.result()
                return
            if reader.done():
                wake.set()
            yield batch
    finally:
        reader.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await reader
