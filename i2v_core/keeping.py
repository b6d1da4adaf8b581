"""Keeping an ended job, its video and whatever belongs to it for longer than jobs are kept by themselves."""

from __future__ import annotations

import time
from enum import StrEnum

from i2v_core import keys
from i2v_core.errors import Code, Limit, OperationRefused
from i2v_core.queue import JobQueue

#: Seconds that a time may be over the bound: two clocks differ, and people ask for just what is allowed.
GRACE_SECONDS = 60.0


class Kept(StrEnum):
    """What came of keeping a job."""

    OK = "ok"
    MISSING = "missing"
    NOT_OVER = "not_over"


async def keep(queue: JobQueue, job_id: str, viewer: str, until: float) -> Kept:
    """Let an ended job of the viewer live until then (UNIX seconds); one that lives longer anyway stays as it is.

    Raises `OperationRefused` for a time that is over or later than the operator allows, and `StoreUnavailable`.
    """
    hours, now = queue.settings.longest_keep_hours, time.time()
    if not queue.settings.keeps_longer:  # else what has ended a while ago could be kept "from now" again and again
        raise OperationRefused(
            "Keeping videos for longer is switched off on this server.",
            "It stays until the time that it says. Whoever runs this server can allow more (I2V_KEEP_AT_MOST_HOURS).",
            code=Code.WRONG_KEEP_TIME,
            limit=Limit("keeping", hours, "hours"),
        )
    latest = now + hours * 3600
    if not now < until <= latest + GRACE_SECONDS:
        raise OperationRefused(
            f"A job can be kept until a time in the future, at most {hours:g} hours from now.",
            "Choose a time within that. It can be kept for longer again later on.",
            code=Code.WRONG_KEEP_TIME,
            limit=Limit("keeping", hours, "hours"),
        )
    answer = await queue.scripts.run(
        "keep",
        [keys.job(job_id), keys.viewer_jobs(viewer)],
        [keys.EVENTS, job_id, viewer, f"{min(until, latest):.3f}", f"{now:.3f}"],
    )
    return Kept(answer)
