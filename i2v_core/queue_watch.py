"""The queue of everybody, as those see it who watch it: read once a process, told when it has changed."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Self

from i2v_core.line import Line
from i2v_core.queue import JobQueue

#: Flows whose wait is asked in one step, so that Redis is never held up for more than some milliseconds.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class QueueState:
    """The queue at one moment (`at`, UNIX seconds): jobs, model seconds for a picture, seconds of a wait that begins now.

    All who are told the same have the same one: `kept` is what a reader has made of it for the next.
    """

    at: float
    length: int
    processing: int
    model_seconds: float | None
    wait: float | None
    paused: bool
    kept: list[object] = field(default_factory=list, compare=False, repr=False)

    @classmethod
    def of(cls, line: Line, ahead: int, now: float) -> Self:
        """The queue of a line; `ahead` of a picture uploaded now, those being made included."""
        wait = line.starts_in(max(0, ahead - line.running) + 1, now)
        return cls(now, len(line.waiting), line.running, line.model_seconds, wait, line.paused)

    def is_news(self, told: QueueState) -> bool:
        """Whether it differs from what was told: the expected start by more than a second and 1 %."""
        shown = (self.length, self.processing, self.model_seconds, self.paused)
        if shown != (told.length, told.processing, told.model_seconds, told.paused):
            return True
        if self.wait is None or told.wait is None:
            return self.wait is not told.wait
        if self.wait == told.wait == 0:
            return False
        return abs(self.at + self.wait - told.at - told.wait) > max(1.0, 0.01 * told.wait)


class QueueWatch:
    """One subscription to the queue, for one flow: iterate it. Only the newest state is kept for a slow reader."""

    __slots__ = ("_flow", "_news", "_reader", "_told", "_watchers")

    def __init__(self, watchers: QueueWatchers, flow: str) -> None:
        self._watchers, self._flow = watchers, flow
        self._told: QueueState | None = None
        self._news: QueueState | None = None
        self._reader: asyncio.Future[None] | None = None

    async def __aenter__(self) -> Self:
        self._watchers.by_flow[self._flow].add(self)
        return self

    async def __aexit__(self, *_: object) -> None:
        same = self._watchers.by_flow[self._flow]
        same.discard(self)
        if not same:
            del self._watchers.by_flow[self._flow]

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> QueueState:
        while self._news is None:
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        self._told, self._news = self._news, None
        return self._told

    def put(self, state: QueueState) -> None:
        """Leave a state, if it is news."""
        if self._told is not None and not state.is_news(self._told):
            self._news = None  # what was left before is no longer so
            return
        self._news = state
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)


class QueueWatchers:
    """All who watch the queue in this process."""

    def __init__(self, queue: JobQueue) -> None:
        self._queue = queue
        self.by_flow: dict[str, set[QueueWatch]] = defaultdict(set)

    async def tell(self, line: Line) -> None:
        """Tell everybody the queue as it stands in this line. Raises `StoreUnavailable`."""
        flows = list(self.by_flow)
        for start in range(0, len(flows), _AT_ONCE):
            ahead = await self._queue.ahead_of(flows[start : start + _AT_ONCE])
            states: dict[int, QueueState] = {}
            for flow, count in ahead.items():
                if count not in states:  # the same to all who would wait as long, so that it is encoded once
                    states[count] = QueueState.of(line, count, time.time())
                for watch in list(self.by_flow.get(flow, ())):
                    watch.put(states[count])
