"""Leases: a worker's right to a job, renewed every second, that ends by itself when the worker does.

A lease is arq's in-progress key with the worker's own token in it, so that nobody touches one that another took over.
"""

from __future__ import annotations

from arq.constants import in_progress_key_prefix
from redis.asyncio import Redis

from i2v_core.settings import Settings
from i2v_core.store import Scripts


class Leases:
    """The leases in one Redis. Every method raises `StoreUnavailable` if it cannot be reached."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
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

    async def _run(self, job_id: str, token: str, lifetime: int, how: str) -> bool:
        return bool(await self._scripts.run("lease", [in_progress_key_prefix + job_id], [token, lifetime, how]))
