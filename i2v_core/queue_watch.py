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
class SlotState:
    """What one slot is doing: percent of its job, seconds until it is free (None: it is), whether the job is the reader's.

    `started` says which job it is without naming it: UNIX seconds, 0 for none.
    """

    percent: float
    remaining: float | None
    is_mine: bool
    started: float


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
    slots: tuple[SlotState, ...] = ()
    kept: list[object] = field(default_factory=list, compare=False, repr=False)

    @classmethod
    def of(cls, line: Line, ahead: int, viewer: str, now: float) -> Self:
        """The queue of a line as a viewer sees it; `ahead` of a picture uploaded now, those being made included."""
        wait = line.starts_in(max(0, ahead - line.running) + 1, now)
        slots = tuple(
            SlotState(
                percent=slot.percent if slot.job else 0.0,
                remaining=slot.remaining(now) if slot.job else None,
                is_mine=slot.job != "" and slot.viewer == viewer != "",
                started=slot.started if slot.job else 0.0,
            )
            for slot in line.slots
        )
        return cls(now, len(line.waiting), line.running, line.model_seconds, wait, line.paused, slots)

    def is_news(self, told: QueueState) -> bool:
        """Whether it differs from what was told: the expected start by more than a second and 1 %.

        A slot that goes on with its job is no news, however far it is.
        """
        if self._shown != told._shown:
            return True
        if self.wait is None or told.wait is None:
            return self.wait is not told.wait
        if self.wait == told.wait == 0:
            return False
        return abs(self.at + self.wait - told.at - told.wait) > max(1.0, 0.01 * told.wait)

    @property
    def _shown(self) -> tuple[object, ...]:
        slots = tuple((slot.started, slot.is_mine) for slot in self.slots)
        return self.length, self.processing, self.model_seconds, self.paused, slots


class QueueWatch:
    """One subscription to the queue, of one viewer: iterate it. Only the newest state is kept for a slow reader."""

    __slots__ = ("_flow", "_news", "_reader", "_told", "_watchers", "viewer")

    def __init__(self, watchers: QueueWatchers, flow: str, viewer: str) -> None:
        self._watchers, self._flow, self.viewer = watchers, flow, viewer
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
        makers = {slot.viewer for slot in line.slots if slot.job}
        for start in range(0, len(flows), _AT_ONCE):
            ahead = await self._queue.ahead_of(flows[start : start + _AT_ONCE])
            # The same to all who would wait as long, so that it is encoded once; but whose picture is being made is told so.
            states: dict[tuple[int, str], QueueState] = {}
            for flow, count in ahead.items():
                for watch in list(self.by_flow.get(flow, ())):
                    kind = (count, watch.viewer if watch.viewer in makers else "")
                    if kind not in states:
                        states[kind] = QueueState.of(line, count, kind[1], time.time())
                    watch.put(states[kind])
