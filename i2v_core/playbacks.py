"""Playbacks and tickets: a viewer's right to watch one job's video for a while, segment by segment.

A ticket is for one segment (or the init segment) of one playback, works once, within a minute, for the viewer of the
playback alone. Redis holds only its hash. `lua/redeem.lua` checks and uses it up in one atomic step.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from typing import cast

from redis.asyncio import Redis

from i2v_core import keys
from i2v_core.jobs import Job, is_id, new_id
from i2v_core.settings import Settings
from i2v_core.store import Scripts, store_errors

#: The index that stands for the init segment.
INIT = -1


@dataclass(frozen=True, slots=True)
class Playback:
    """One viewer's right to watch one run of a job. Times are UNIX seconds."""

    id: str
    viewer: str
    job: str
    run: int
    created_at: float


class Playbacks:
    """The playbacks in one Redis. Every method raises `StoreUnavailable` if it cannot be reached."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self._redis = redis
        self._settings = settings
        self._scripts = Scripts(redis)

    async def open(self, job: Job) -> Playback:
        """A new playback of the job's present run for the job's viewer."""
        playback = Playback(new_id("playback"), job.viewer, job.id, job.run, time.time())
        await self._scripts.run(
            "open_playback",
            [keys.playback(playback.id), keys.viewer_playbacks(playback.viewer)],
            [
                keys.playback(""),
                playback.id,
                playback.viewer,
                playback.job,
                playback.run,
                f"{playback.created_at:.6f}",
                self._settings.playback_seconds,
                self._settings.playbacks_per_viewer,
            ],
        )
        return playback

    async def get(self, playback_id: str, viewer: str) -> Playback | None:
        """The playback, or None if there is none (any more) or if it is another viewer's."""
        if not is_id("playback", playback_id):
            return None
        with store_errors():
            held = await cast(Awaitable[dict[str, str]], self._redis.hgetall(keys.playback(playback_id)))
        if held.get("viewer") != viewer:
            return None
        return Playback(held["id"], held["viewer"], held["job"], int(held["run"]), float(held["created_at"]))

    async def issue(self, playback: Playback, indexes: Iterable[int]) -> dict[int, str]:
        """One new ticket for each of the segments (from 0; `INIT` is the init segment), by index."""
        tickets = {index: secrets.token_urlsafe(24) for index in indexes}
        lifetime = int(self._settings.ticket_seconds * 1000)
        with store_errors():
            async with self._redis.pipeline(transaction=False) as pipe:
                for index, value in tickets.items():
                    pipe.set(keys.ticket(_digest(value)), f"{playback.id}/{index}", px=lifetime)
                await pipe.execute()
        return tickets

    async def redeem(self, ticket: str, playback_id: str, index: int, viewer: str) -> tuple[str, int] | None:
        """Use up a ticket: the job and run whose segment it opens, or None if it opens nothing (any more)."""
        if not is_id("playback", playback_id):
            return None
        answer = await self._scripts.run(
            "redeem", [keys.ticket(_digest(ticket)), keys.playback(playback_id)], [playback_id, index, viewer]
        )
        return (str(answer[0]), int(answer[1])) if answer else None


def _digest(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()
