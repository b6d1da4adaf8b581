"""What the page about i2v tells of this server: its limits, as the API has them."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import reflex as rx

from i2v_app.api_client import Unreachable
from i2v_app.states.jobs import client_of

#: Seconds between tries: soon at first, then patient, for some ten minutes in all. Each varied, so that pages do not come at once.
_PAUSES = (0.3, 0.6, 1.0, 2.0, 4.0) + 75 * (8.0,)


class AboutState(rx.State):
    """The server's limits; nothing until they are read, and they do not change while a page is open."""

    #: The API's `Limits`, its names in our spelling; empty until it has answered.
    known: bool = False
    max_megabytes: float = 0.0
    max_megapixels: float = 0.0
    formats: str = ""
    #: What the model calls itself.
    model: str = ""
    min_seconds: float = 0.0
    max_seconds: float = 0.0
    max_waiting: int = 0
    max_waiting_overall: int = 0
    max_uploads_per_minute: int = 0
    #: Hours that a finished job is kept, and the same in days if they are whole ones, else 0.
    kept_hours: float = 0.0
    kept_days: int = 0
    kept_at_most_hours: float = 0.0
    kept_at_most_days: int = 0
    links_at_most_hours: float = 0.0
    links_at_most_days: int = 0
    watermark: bool = False

    _reading: int = 0

    @rx.event(background=True)
    async def read(self) -> None:
        """Ask the API, some times if it cannot answer. Without an answer the page does without the numbers."""
        async with self:
            client = client_of(self.router)
            # The newest goes on alone: whoever starts many of these has one.
            self._reading += 1
            mine = self._reading
        for pause in _PAUSES:
            if client is None or mine != self._reading:
                return
            try:
                limits = await client.limits()
            except Unreachable:
                await asyncio.sleep(pause * random.uniform(0.7, 1.3))
                continue
            async with self:
                self._take(limits)
            return

    def _take(self, limits: dict[str, Any]) -> None:
        self.max_megabytes = limits["maxUploadBytes"] / 1_000_000
        self.max_megapixels = limits["maxMegapixels"]
        self.model = limits["modelName"]
        self.formats = ", ".join(limits["formats"])
        self.min_seconds, self.max_seconds = limits["minSeconds"], limits["maxSeconds"]
        self.max_waiting, self.max_waiting_overall = limits["maxWaiting"], limits["maxWaitingOverall"]
        self.max_uploads_per_minute = limits["maxUploadsPerMinute"]
        self.kept_hours = limits["retentionHours"]
        self.kept_days = whole_days(limits["retentionHours"])
        self.kept_at_most_hours = limits["keepAtMostHours"]
        self.kept_at_most_days = whole_days(limits["keepAtMostHours"])
        self.links_at_most_hours = limits["shareLinkMaxHours"]
        self.links_at_most_days = whole_days(limits["shareLinkMaxHours"])
        self.watermark = limits["watermark"]
        self.known = True


def whole_days(hours: float) -> int:
    """The days that so many hours are, 0 if they are no whole number of days."""
    return int(hours // 24) if hours % 24 == 0 else 0
