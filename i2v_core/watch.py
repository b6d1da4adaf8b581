"""One subscription to progress, from its first reading of what stands to its end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Self

from i2v_core.mailbox import Change, Deleted, Mailbox

#: Jobs that are read at once for a subscriber of all of a viewer's: 3 ms of work. More when fewer than that are left to tell.
READ_AT_ONCE = 100

Register = dict[str, set[Mailbox]]
#: Reads what stands into the mailbox. What is told instead of it, and whether nothing more will be.
Begin = Callable[[Mailbox], Awaitable[tuple[Change | None, bool]]]
#: Reads more of what stands into the mailbox. Whether there is still more.
More = Callable[[Mailbox], Awaitable[bool]]


class Watch:
    """One subscription: an async context manager over its changes, which it then iterates.

    It is registered before the first read, so nothing falls between. Reading raises `StoreUnavailable`.
    """

    __slots__ = ("_begin", "_box", "_ended", "_first", "_more", "_name", "_register", "_single")

    def __init__(
        self, register: Register, name: str, begin: Begin, more: More | None = None, *, single: bool = False
    ) -> None:
        self._register, self._name, self._begin, self._single = register, name, begin, single
        self._more = more
        self._box = Mailbox()
        self._first: Change | None = None
        self._ended = False

    async def __aenter__(self) -> Self:
        self._register[self._name].add(self._box)
        try:
            self._first, self._ended = await self._begin(self._box)
        except BaseException:
            self._leave()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self._leave()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Change:
        if (change := self._first) is not None:
            self._first = None
            return change
        if self._ended:
            raise StopAsyncIteration
        while self._more is not None and self._box.left < READ_AT_ONCE:
            if not await self._more(self._box):
                self._more = None
        change = await self._box.next()
        if self._single and (isinstance(change, Deleted) or change.job.state.is_terminal):
            self._ended = True
        return change

    def _leave(self) -> None:
        boxes = self._register.get(self._name)
        if boxes is not None:
            boxes.discard(self._box)
            if not boxes:
                del self._register[self._name]
