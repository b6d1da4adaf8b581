"""What an idempotency key of a viewer has made: written by `lua/enqueue.lua` in the step that makes the job, for a day."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable
from typing import NamedTuple, cast

from redis.asyncio import Redis

from i2v_core import keys
from i2v_core.store import store_errors


class Made(NamedTuple):
    """Id of the job that was made, which may be gone by now, and the fingerprint of what was asked for."""

    job_id: str
    fingerprint: str


def key_of(viewer: str, idempotency: str) -> str:
    """Where it is kept, by the hash of viewer and key."""
    return keys.idempotency(hashlib.sha256(f"{viewer} {idempotency}".encode()).hexdigest())


async def made_with(redis: Redis, viewer: str, idempotency: str) -> Made | None:
    """What the key has made, None if nothing yet. Raises `StoreUnavailable`."""
    with store_errors():
        held = await cast(Awaitable[list[str | None]], redis.hmget(key_of(viewer, idempotency), ["job", "fingerprint"]))
    job_id, fingerprint = held
    return Made(job_id, fingerprint or "") if job_id else None
