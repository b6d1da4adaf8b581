"""`i2v secret rotate`: a new signing secret for the cookies, in every running process at once."""

from __future__ import annotations

import asyncio

from i2v_cli.present_redis import ADVICE, present_redis
from i2v_core.errors import StartRefused, StoreUnavailable
from i2v_core.settings import load_settings
from i2v_core.signing import rotate_secret
from i2v_core.store import connect


def rotate(*, keep_old: bool) -> int:
    """Rotate the secret that is kept in Redis and say what follows. Raises `StartRefused` where there is none to rotate."""
    settings = load_settings()
    if settings.secret:
        raise StartRefused(
            "The secret is in I2V_SECRET, not in Redis. Put the new one before it, separated by a comma "
            '(I2V_SECRET="new,old"), and start the processes again.'
        )

    async def run() -> int:
        redis = connect(present_redis(settings))
        try:
            return await rotate_secret(redis, keep_old=keep_old)
        except StoreUnavailable:
            raise StartRefused(f"No Redis answers. {ADVICE}") from None
        finally:
            await redis.aclose()

    kept = asyncio.run(run())
    print("Cookies are signed with a new secret from now on, in every running process.")
    if kept:
        print(f"{'The old one is' if kept == 1 else f'{kept} old ones are'} believed for a year: nobody is signed out.")
    else:
        print("Old cookies are not believed any more: every viewer is a stranger. API tokens stay valid.")
    return 0
