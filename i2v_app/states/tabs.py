"""How long what a tab has going on lasts: until the tab begins it anew, or its socket has gone.

Reflex ends what a page's load began when the page is closed or loads again. But an event can be sent without a load, by
anybody, as often as they like: each would go on for ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import wraps
from typing import TypeVar

import reflex as rx

#: Seconds between looks at whether a socket is still there. Where it was closed in good order Reflex is quicker.
_LOOK_SECONDS = 5.0

#: Whether the socket with this id is open.
IsOpen = Callable[[str], bool]
S = TypeVar("S", bound=rx.State)

_going_on: dict[str, asyncio.Timeout] = {}
_is_open: IsOpen | None = None


def know_open_sockets_by(is_open: IsOpen) -> None:
    """Ask this from now on. Whoever serves the page knows its sockets."""
    global _is_open
    _is_open = is_open


def once_a_tab(task: Callable[[S], Awaitable[None]]) -> Callable[[S], Awaitable[None]]:
    """A background event that ends when its tab begins it anew, and with the tab's socket. For one event: there is one place."""

    @wraps(task)
    async def lasting(self: S) -> None:
        async with _in_the_place_of(self.router.session.session_id):
            await task(self)

    return lasting


@asynccontextmanager
async def _in_the_place_of(socket: str) -> AsyncGenerator[None, None]:
    """A block that is ended, without an error, when another one begins for the same socket, or when that is closed."""
    loop, limit, task = asyncio.get_running_loop(), asyncio.timeout(None), asyncio.current_task()
    looking = loop.call_later(_LOOK_SECONDS, lambda: look())

    def look() -> None:
        nonlocal looking
        looking = loop.call_later(_LOOK_SECONDS, look)
        if limit.expired() and task is not None:
            task.cancel()  # once more: one that comes at the turn of another timeout is lost (Python 3.11)
        elif _is_open is not None and not _is_open(socket):
            _end(limit)

    try:
        async with limit:
            if (before := _going_on.get(socket)) is not None:
                _end(before)
            _going_on[socket] = limit
            yield
    except TimeoutError:
        if not limit.expired():
            raise
    finally:
        looking.cancel()
        if _going_on.get(socket) is limit:
            del _going_on[socket]


def _end(limit: asyncio.Timeout) -> None:
    """What runs in it is cancelled at the next turn of the loop. Nothing happens to what is ending already."""
    if not limit.expired():
        limit.reschedule(asyncio.get_running_loop().time())
