"""Texts of GraphQL operations by their hash, for clients that send a hash where they sent the text before."""

from __future__ import annotations

from contextlib import suppress

from redis.asyncio import Redis

from i2v_core import keys
from i2v_core.errors import StoreUnavailable
from i2v_core.settings import Settings
from i2v_core.store import Scripts, store_errors

#: Longer ones are not kept, so that the whole store is bounded in bytes too. Clients' have 2 KiB.
MAX_BYTES = 32 * 1024


class PersistedOperations:
    """A bounded store in Redis that every process shares: what was not used for longest goes first."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self._redis = redis
        self._scripts = Scripts(redis)
        self._most = settings.persisted_operations
        self._seconds = int(settings.persisted_hours * 3600)

    @property
    def is_on(self) -> bool:
        """Whether anything is kept at all."""
        return self._most > 0

    async def find(self, digest: str) -> str | None:
        """The text with this SHA-256 (64 hex digits), or None. While Redis is away there is none: clients send it then."""
        with suppress(StoreUnavailable), store_errors():
            text: str | None = await self._redis.get(keys.persisted(digest))
            return text
        return None

    async def keep(self, digest: str, text: str) -> None:
        """Keep a text under its SHA-256, or use it again. Nothing is said if it cannot be: it comes again."""
        if len(text.encode()) > MAX_BYTES:
            return
        with suppress(StoreUnavailable):
            await self._scripts.run(
                "persist", [keys.PERSISTED], [keys.persisted(""), digest, text, self._most, self._seconds]
            )
