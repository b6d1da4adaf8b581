"""Ending a task so that it has ended."""

from __future__ import annotations

import asyncio
from typing import Any

#: Seconds to wait for a task to hear of its cancellation before it is told again.
_AGAIN = 0.1


async def ended(task: asyncio.Future[Any]) -> None:
    """Cancel a task and wait until it is over, whatever its outcome.

    Python 3.11 can swallow a cancellation that meets a timeout of the task's own (redis-py has one of 0 s around each
    check of a connection): a subscription would go on for ever. It is told again until it hears.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=_AGAIN)
    if not task.cancelled():
        task.exception()
