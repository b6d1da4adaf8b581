"""The Redis that is in use now, for commands that look into a running i2v from beside it."""

from __future__ import annotations

from i2v_cli.embedded_redis import EmbeddedRedis
from i2v_core.settings import Settings
from i2v_core.store import redis_url

#: What to do if none answers.
ADVICE = "Start `i2v up` with the same I2V_DATA_DIR, or set I2V_REDIS_URL to the Redis in use."


def present_redis(settings: Settings) -> str:
    """Address of the configured Redis, or of the one that an `i2v up` over the same data folder runs."""
    folder = settings.data_dir.resolve()
    if settings.redis_url or not (folder / "redis").is_dir():
        return redis_url(settings)
    embedded = EmbeddedRedis(folder)
    embedded.prepare()
    return embedded.url
