"""The secrets that sign cookies: one that signs, and older ones that are still believed until nobody can hold their work.

They come from `I2V_SECRET` or from Redis. There they are one text of words, the signing one first: `new old@1767225600`,
where the number is when an old one was retired (UNIX seconds).
"""

from __future__ import annotations

import secrets
import time

from redis.asyncio import Redis

from i2v_core import keys
from i2v_core.settings import Settings
from i2v_core.store import Scripts, store_errors
from i2v_core.viewers import COOKIE_SECONDS


async def signing_secrets(redis: Redis, settings: Settings) -> tuple[str, ...]:
    """The secrets, the one that signs first: the configured ones, or those that the first process made for all.

    Raises `StoreUnavailable`.
    """
    if settings.secrets:
        return settings.secrets
    with store_errors():
        text: str | None = None
        while not text:  # it may be gone between the two, and then another process may have made it
            await redis.set(keys.SECRET, secrets.token_urlsafe(32), nx=True)
            text = await redis.get(keys.SECRET)
    words = (word.partition("@") for word in text.split())
    return tuple(secret for secret, _, retired in words if not retired or int(retired) > time.time() - COOKIE_SECONDS)


async def rotate_secret(redis: Redis, *, keep_old: bool = True) -> int:
    """Sign with a new secret from now on, in every running process; how many old ones are still believed.

    They are believed for as long as a cookie lives: whoever comes back meanwhile gets a cookie of the new one. Not to keep
    them makes every viewer a stranger, which is what a secret that leaked asks for. Raises `StoreUnavailable`.
    """
    kept = await Scripts(redis).run(
        "rotate_secret",
        [keys.SECRET],
        [secrets.token_urlsafe(32), int(time.time()), COOKIE_SECONDS if keep_old else 0, keys.IDENTITY],
    )
    return int(kept)
