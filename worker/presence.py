"""A worker's sign of life: what its slot is doing, written every second, for whoever reckons waiting times."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from redis.exceptions import RedisError

from i2v_core.errors import StoreUnavailable
from i2v_core.jobs import new_id
from i2v_core.line import Slot
from i2v_core.queue import JobQueue

_BEAT_SECONDS = 1.0


class Presence:
    """This worker's entry among the slots. Redis being away is waited out: the next beat says it again."""

    def __init__(self, queue: JobQueue, model_seconds: float) -> None:
        self._queue = queue
        self._id = new_id("slot")
        self._seconds = model_seconds
        self._model = ""
        self._job = ""
        self._started = 0.0

    def model_is(self, name: str) -> None:
        """What the model says its name is."""
        self._model = name

    def model_takes(self, seconds: float) -> None:
        """What the model says it needs for a picture."""
        self._seconds = seconds

    async def working_on(self, job_id: str) -> None:
        """Say that a run of the job begins; before it does, so that the job is never counted as waiting meanwhile."""
        self._job, self._started = job_id, round(time.time(), 3)
        await self._show()

    async def idle(self) -> None:
        """Say that the slot is free."""
        self._job = ""
        await self._show()

    async def beat(self) -> None:
        """Show it every second until cancelled, then leave."""
        try:
            while True:
                await self._show()
                await asyncio.sleep(_BEAT_SECONDS)
        finally:
            with suppress(StoreUnavailable, RedisError):
                await asyncio.shield(self._queue.show_slot(self._id, None))

    async def _show(self) -> None:
        slot = Slot(time.time(), self._seconds, job=self._job, started=self._started, model=self._model)
        with suppress(StoreUnavailable, RedisError):  # whatever it is, the next beat tries again
            await self._queue.show_slot(self._id, slot)
