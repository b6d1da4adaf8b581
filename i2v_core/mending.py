"""Putting right what does not agree: our documents, arq's records and the queue, whatever has come between them.

Every change of ours is one atomic step, so nothing of this happens by itself. It happens when a key was evicted or
deleted by hand, when a backup was restored, or when a queue was written by another version.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import islice

from i2v_core import keys
from i2v_core.jobs import Job, JobState
from i2v_core.queue import JobQueue, payload
from i2v_core.store import Scripts, store_errors

#: Jobs looked at in one round trip.
_AT_ONCE = 500


async def mend(queue: JobQueue, job_id: str) -> bool:
    """Make one job agree with itself; whether there was anything to do.

    One that waits or runs has its entry in the queue, its flow's list (while it waits) and arq's record; one that has
    ended, or is gone, has none of them. Raises `StoreUnavailable`.
    """
    job = await queue.get(job_id)
    record = payload(job).decode() if job else ""
    lifetime = (keys.WAIT_SECONDS + queue.settings.retention_seconds) * 1000
    changed = await Scripts(queue.redis).run("mend", [keys.job(job_id)], [job_id, record, lifetime])
    return bool(changed)


async def mend_all(queue: JobQueue) -> int:
    """Mend every job that is in the queue or should be; how many needed it. Raises `StoreUnavailable`."""
    suspects: set[str] = set()
    with store_errors():
        queued = set(await queue.redis.zrange(keys.QUEUE, 0, -1))
        suspects |= queued
        async for job in _all_jobs(queue):
            if (job.state in (JobState.QUEUED, JobState.PROCESSING)) is not (job.id in queued):
                suspects.add(job.id)
        ghosts = await _forget_ghosts(queue)
    return ghosts + sum([await mend(queue, job_id) for job_id in sorted(suspects)])


async def _forget_ghosts(queue: JobQueue) -> int:
    """Take jobs out of their flow's list that do not wait any more, or are gone; they would count as waiting for ever."""
    count = 0
    async for key in queue.redis.scan_iter(match=keys.flow("*"), count=_AT_ONCE):
        for job_id in await queue.redis.zrange(key, 0, -1):
            # In one step: a job that is just being put back must not be taken for a ghost.
            count += int(await Scripts(queue.redis).run("forget_ghost", [keys.job(job_id), key], [job_id]))
    return count


async def _all_jobs(queue: JobQueue) -> AsyncIterator[Job]:
    found = [key async for key in queue.redis.scan_iter(match=f"{keys.JOB_PREFIX}*", count=_AT_ONCE)]
    ids = iter(sorted({key.removeprefix(keys.JOB_PREFIX) for key in found}))
    while batch := list(islice(ids, _AT_ONCE)):
        for job in await queue.get_many(batch):
            if job is not None:
                yield job
