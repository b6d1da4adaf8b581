"""How long a command goes on with a server that is away, and that it says so while it waits."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from i2v_cli.client.api import ComeAgain
from i2v_cli.client.ending import Unreachable
from i2v_cli.client.job_view import duration

T = TypeVar("T")
#: Seconds before the first new try after a lost connection, and at most. A restart takes one or two.
_FIRST, _LONGEST = 0.25, 10.0


class Patience:
    """Tries again what may succeed, until `seconds` have gone by without an answer.

    `say` is told whenever there is something to wait for: the seconds and why. A server that never answered is not waited
    for: its address is more likely wrong.
    """

    def __init__(self, seconds: float, say: Callable[[float, str], None]) -> None:
        self._seconds = seconds
        self._say = say
        self._heard_at: float | None = None
        self._tries = 0

    def heard(self) -> None:
        """The server has answered."""
        self._heard_at = time.monotonic()
        self._tries = 0

    async def wait(self, error: ComeAgain | Unreachable) -> None:
        """Wait for as long as it takes before the next try; raise `Unreachable` if there is none."""
        if isinstance(error, ComeAgain):
            self.heard()
            self._say(error.seconds, f"the server asks to wait {duration(max(1, error.seconds))}: {error}")
            await asyncio.sleep(error.seconds)
            return
        if not error.passing or self._heard_at is None or time.monotonic() - self._heard_at > self._seconds:
            raise error
        pause = min(_LONGEST, _FIRST * 2**self._tries)
        self._tries += 1
        self._say(pause, f"the connection is lost; trying again in {duration(max(1, pause))}")
        await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # not all clients of a restarted server at once

    async def insist(self, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer to `ask`, asked again for as long as there is hope."""
        while True:
            try:
                answer = await ask()
            except (ComeAgain, Unreachable) as error:
                await self.wait(error)
            else:
                self.heard()
                return answer
