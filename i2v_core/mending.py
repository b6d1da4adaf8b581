"""Putting right what does not agree: our documents, arq's records, the queue and the lists, whatever has come between them.

Every change of ours is one atomic step, so nothing of this happens by itself. It happens when a key was evicted or
deleted by hand, when a backup was restored, or when a queue was written by another version.
"""

from __future__ import annotations

from collections.abc import Sequence

from redis.exceptions import ResponseError

from i2v_core import keys
from i2v_core.logs import get_logger
from i2v_core.queue import JobQueue, payload
from i2v_core.store import store_errors

log = get_logger("mending")

#: Jobs looked at in one step: half a millisecond of Redis, and others wait no longer than that.
_AT_ONCE = 100
#: Keys that SCAN looks at in one round trip.
_SCANNED = 1000


async def mend(queue: JobQueue, job_id: str) -> bool:
    """Make one job agree with itself; whether there was anything to do.

    One that waits or runs has its entry in the queue, its flow's list (while it waits) and arq's record; one that has
    ended, or is gone, has none of them. Each that is there is in its viewer's list. Raises `StoreUnavailable`.
    """
    return bool(await _mend(queue, [job_id]))


async def mend_all(queue: JobQueue) -> int:
    """Mend every job that there is, or that is in the queue; how many needed it. Raises `StoreUnavailable`."""
    with store_errors():
        ids = set(await queue.redis.zrange(keys.QUEUE, 0, -1))
        async for key in queue.redis.scan_iter(match=f"{keys.JOB_PREFIX}*", count=_SCANNED):
            ids.add(key.removeprefix(keys.JOB_PREFIX))
        ghosts = await _forget_ghosts(queue)
    return ghosts + sum([await _mend(queue, some) for some in _portions(sorted(ids))])


async def _mend(queue: JobQueue, ids: Sequence[str]) -> int:
    lifetime = (keys.WAIT_SECONDS + queue.settings.retention_seconds) * 1000
    records = [text for job_id in ids for text in (job_id, payload(job_id, 0).decode())]
    try:
        return int(await queue.scripts.run("mend", [], [lifetime, *records]))
    except ResponseError as error:
        # One of them is no document at all. It must not keep the others from being mended.
        if len(ids) == 1:
            log.error("document_not_understood", job=ids[0], reason=str(error)[:200])
            return 0
        return sum([await _mend(queue, [job_id]) for job_id in ids])


async def _forget_ghosts(queue: JobQueue) -> int:
    """Take jobs out of their flow's list that do not wait any more, or are gone; they would count as waiting for ever."""
    count = 0
    async for key in queue.redis.scan_iter(match=keys.flow("*"), count=_SCANNED):
        for ids in _portions(await queue.redis.zrange(key, 0, -1)):
            # In one step: a job that is just being put back must not be taken for a ghost.
            count += int(await queue.scripts.run("forget_ghosts", [key], ids))
    return count


def _portions(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE)]
