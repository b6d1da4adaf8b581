"""Bounds on uploads, asked before a picture's bytes are read: who has enough waiting or under way waits with more.

The bounds are a flow's (a viewer's, or those of all anonymous viewers of one address): whoever throws away cookies
gains nothing. So many uploads a minute are a viewer's as well, wherever they come from. How many jobs there may be,
ended ones included, is a viewer's: their list must stay short enough to be read.
Refusals say when it is worth trying again, or what to do.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from i2v_core import keys
from i2v_core.errors import Code, Limit, StoreUnavailable, UploadRefused
from i2v_core.queue import Enqueued, JobQueue
from i2v_core.store import Scripts, store_errors

#: Seconds that an upload counts as under way on top of its own bound, should its process die without saying so.
_LOST_SECONDS = 60.0
#: Seconds to wait where nothing better is known: no worker is there to say when a place will be free.
_SOME_SECONDS = 30.0


class Admission:
    """Lets uploads in, or says why not and when again."""

    def __init__(self, queue: JobQueue) -> None:
        self._queue = queue
        self._scripts = Scripts(queue.redis)

    @asynccontextmanager
    async def admitted(self, flow: str, viewer: str, *, is_new: bool = True) -> AsyncIterator[None]:
        """Hold a place among the flow's uploads under way, for a job of the viewer that is new or, if not `is_new`, made again.

        Raises `UploadRefused`, or `StoreUnavailable`.
        """
        settings, token = self._queue.settings, secrets.token_hex(8)
        outcome, wait = await self._scripts.run(
            "admit",
            [
                keys.uploads_now(flow),
                keys.uploads_lately(flow),
                keys.uploads_lately(viewer),
                keys.viewer_jobs(viewer) if is_new else "",
            ],
            [
                flow,
                token,
                int(time.time() * 1000),
                settings.waiting_per_viewer,
                settings.waiting_overall,
                settings.uploads_in_flight,
                int((settings.upload_seconds + settings.decode_seconds + _LOST_SECONDS) * 1000),
                settings.uploads_per_minute,
                settings.jobs_at_most,
            ],
        )
        try:
            if outcome != "ok":
                raise await self._refusal(outcome, int(wait) / 1000, flow)
            yield
        finally:
            with suppress(StoreUnavailable), store_errors():
                await self._queue.redis.zrem(keys.uploads_now(flow), token)

    async def refused_at_the_end(self, outcome: Enqueued, flow: str) -> UploadRefused:
        """The refusal of a picture whose place in line was taken by another while it was read."""
        return await self._refusal(outcome.value, 0.0, flow)

    async def _refusal(self, outcome: str, wait: float, flow: str) -> UploadRefused:
        settings = self._queue.settings
        if outcome == "in_flight":
            return UploadRefused(
                f"You are sending {_counted(settings.uploads_in_flight, 'picture')} at once, and that is as many as are taken.",
                "Wait until one of them has arrived.",
                code=Code.TOO_MANY_AT_ONCE,
                limit=Limit("uploads under way", settings.uploads_in_flight, "uploads"),
                retry_after=wait,
            )
        if outcome == "rate":
            return UploadRefused(
                f"You have begun {_counted(settings.uploads_per_minute, 'upload')} within a minute, and that is as many "
                "as are taken.",
                f"Try again in {_in_words(wait)}.",
                code=Code.TOO_MANY_UPLOADS,
                limit=Limit("uploads a minute", settings.uploads_per_minute, "uploads"),
                retry_after=wait,
            )
        if outcome == "flow_full":
            wait = await self._until_one_begins(flow)
            return UploadRefused(
                f"You have {_counted(settings.waiting_per_viewer, 'picture')} waiting, and that is as many as one may have.",
                f"Try again when one of them has begun: in {_in_words(wait)}. Or cancel one.",
                code=Code.TOO_MANY_WAITING,
                limit=Limit("pictures waiting", settings.waiting_per_viewer, "pictures"),
                retry_after=wait,
            )
        if outcome == "viewer_full":
            return UploadRefused(
                f"You have {_counted(settings.jobs_at_most, 'job')}, and that is as many as one viewer may have.",
                "Delete some that you no longer need: deleteJobs takes many at once. Each goes by itself when its time is over.",
                code=Code.TOO_MANY_JOBS,
                limit=Limit("jobs", settings.jobs_at_most, "jobs"),
            )
        wait = await self._until_one_begins(None)
        return UploadRefused(
            f"{settings.waiting_overall} pictures are waiting, and that is as many as this server takes.",
            f"Try again in {_in_words(wait)}.",
            code=Code.QUEUE_FULL,
            limit=Limit("pictures waiting in all", settings.waiting_overall, "pictures"),
            retry_after=wait,
        )

    async def _until_one_begins(self, flow: str | None) -> float:
        """Seconds until the next job begins, of the flow or of anybody."""
        line = await self._queue.line()
        place: int | None = 1
        if flow is not None:
            with store_errors():
                first = await self._queue.redis.zrange(keys.flow(flow), 0, 0)
            place = line.places.get(first[0]) if first else None
        wait = line.starts_in(place, line.at) if place else None
        return max(1.0, round(_SOME_SECONDS if wait is None else wait, 1))


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def _in_words(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} seconds" if round(seconds) != 1 else "a second"
    return f"{round(seconds / 60)} minutes"
