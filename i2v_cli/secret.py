"""`i2v secret rotate`: a new signing secret for the cookies, in every running process at once."""

from __future__ import annotations

import asyncio

from i2v_cli.present_redis import ADVICE, present_redis
from i2v_core.errors import StartRefused, StoreUnavailable
from i2v_core.settings import load_settings
from i2v_core.share_links import end_all_links
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

    async def run() -> tuple[int, int]:
        redis = connect(present_redis(settings))
        try:
            kept = await rotate_secret(redis, keep_old=keep_old)
            # Whoever made them is a stranger from now on and could revoke none; and some may be those of a thief.
            return kept, 0 if keep_old else await end_all_links(redis)
        except StoreUnavailable:
            raise StartRefused(f"No Redis answers. {ADVICE}") from None
        finally:
            await redis.aclose()

    kept, ended_links = asyncio.run(run())
    print("Cookies are signed with a new secret from now on, in every running process.")
    if kept:
        print(f"{'The old one is' if kept == 1 else f'{kept} old ones are'} believed for a year: nobody is signed out.")
    else:
        print("Old cookies are not believed any more: every viewer is a stranger. API tokens stay valid.")
    if ended_links:
        print(
            f"{'The one link to a video is' if ended_links == 1 else f'All {ended_links} links to videos are'} ended."
        )
    return 0
