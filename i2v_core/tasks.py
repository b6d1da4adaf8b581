"""Ending tasks for certain."""

from __future__ import annotations

import asyncio
from typing import Any

#: Seconds after which a task that has not ended is cancelled once more.
_AGAIN = 0.2


def heed_cancellation(already: int = 0) -> None:
    """Raise `CancelledError` if this task was told to end and that was lost (see `ended`).

    `already` is how often it had been told before (`asyncio.current_task().cancelling()`), if that has been heeded.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling() > already:
        raise asyncio.CancelledError


async def ended(*tasks: asyncio.Future[Any]) -> None:
    """Cancel tasks and wait until every one has ended; what they raise is nobody's any more.

    A cancellation can be lost: one that arrives together with a timeout of the task's own comes out as the timeout
    (Python 3.11, and what redis-py does with its timeouts), and the task goes on. So it is made again until it is
    heard. If the caller is cancelled meanwhile, that is raised when all have ended.
    """
    cancelled = False
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        try:
            await asyncio.wait(pending, timeout=_AGAIN)
        except asyncio.CancelledError:
            cancelled = True
    for task in tasks:
        if not task.cancelled():
            task.exception()
    if cancelled:
        raise asyncio.CancelledError
