"""What every process has to hear about who may ask: a token was revoked, the signing secrets are others."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

from redis.asyncio import Redis
from redis.exceptions import RedisError

from i2v_core import keys
from i2v_core.errors import StoreUnavailable
from i2v_core.logs import get_logger
from i2v_core.store import messages, subscribed
from i2v_core.token_watch import TokenWatch

log = get_logger("identity")


class IdentityNews:
    """Run `run()` as one task of the process. `read_secrets` is called whenever the secrets may be others."""

    def __init__(self, redis: Redis, tokens: TokenWatch, read_secrets: Callable[[], Awaitable[None]]) -> None:
        self._redis = redis
        self._tokens = tokens
        self._read_secrets = read_secrets

    async def run(self) -> None:
        """Listen until cancelled. What was missed while Redis was away is looked up when it is back."""
        backoff = 0.05
        while True:
            try:
                async with subscribed(self._redis, keys.IDENTITY) as pubsub:
                    await self._read_secrets()
                    await self._tokens.check()
                    backoff = 0.05
                    async for text in messages(pubsub):
                        await self._heard(text)
            except (RedisError, StoreUnavailable, OSError):  # the hub says that Redis is away
                await asyncio.sleep(backoff)
                backoff = min(1.0, backoff * 2)
            except Exception as error:
                # A bug: without this no revocation would be heard of again.
                log.error("identity_news_broke", exc_info=error)
                await asyncio.sleep(1)

    async def _heard(self, text: str) -> None:
        news = json.loads(text)
        if news["type"] == "token_revoked":
            self._tokens.end([news["id"]])
        elif news["type"] == "secret":
            await self._read_secrets()
            log.info("signing_secrets_read")
