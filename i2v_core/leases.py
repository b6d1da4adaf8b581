"""Leases: a worker's right to a job, renewed every second, that ends by itself when the worker does.

A lease is arq's in-progress key with the worker's own token in it, so that nobody touches one that another took over.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from arq.constants import in_progress_key_prefix
from redis.asyncio import Redis

from i2v_core import keys
from i2v_core.jobs import JobState
from i2v_core.settings import Settings
from i2v_core.store import Scripts, store_errors

#: What PTTL answers of a key that is not there, and of one that lives for ever (which no lease of ours does).
_NO_KEY, _NO_END = -2, -1


@dataclass(frozen=True, slots=True)
class Lease:
    """The lease on one job: seconds until it runs out, None if nobody holds it; and whether a run of the job has begun."""

    left: float | None
    begun: bool = False


class Leases:
    """The leases in one Redis. Every method raises `StoreUnavailable` if it cannot be reached."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self._redis = redis
        self._scripts = Scripts(redis)
        self._lifetime = int(settings.lease_seconds * 1000)

    async def claim(self, job_id: str, token: str) -> bool:
        """Put a worker's token on the lease that arq has just taken for it. False if another's is on it."""
        return await self._run(job_id, token, self._lifetime, "claim")

    async def renew(self, job_id: str, token: str) -> bool:
        """Renew a worker's lease on a job. False if another worker holds it."""
        return await self._run(job_id, token, self._lifetime, "")

    async def release(self, job_id: str, token: str) -> None:
        """Give up a worker's lease on a job, if it holds it."""
        await self._run(job_id, token, 0, "")

    async def of(self, job_ids: Sequence[str]) -> list[Lease]:
        """The jobs' leases, in one round trip."""
        with store_errors():
            async with self._redis.pipeline(transaction=False) as pipe:
                for job_id in job_ids:
                    pipe.pttl(in_progress_key_prefix + job_id)
                    pipe.hget(keys.job(job_id), "state")
                found = await pipe.execute()
        return [
            Lease(
                None if left == _NO_KEY else math.inf if left == _NO_END else left / 1000,
                begun=state == JobState.PROCESSING,
            )
            for left, state in zip(found[::2], found[1::2], strict=True)
        ]

    async def _run(self, job_id: str, token: str, lifetime: int, how: str) -> bool:
        return bool(await self._scripts.run("lease", [in_progress_key_prefix + job_id], [token, lifetime, how]))
