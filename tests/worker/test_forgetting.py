"""After its lifetime nothing of a job is left: no key and no file."""

from __future__ import annotations

from redis.asyncio import Redis

from i2v_core import keys
from i2v_core.media import MediaStore
from i2v_core.queue import JobQueue
from tests.conftest import PICTURES, eventually
from tests.fundamentals.conftest import alice, server
from tests.fundamentals.server import Server, Viewer
from tests.fundamentals.watching import watch
from worker.sweep import sweep

__all__ = ["alice", "server"]


#: What a viewer or an address may do next is remembered for longer: the list of a viewer, a flow's turn, the uploads and
#: operations of the last minute. arq shows its own sign of life. All of them end by themselves as well.
_OTHERS = ("i2v:viewer:", "i2v:begun:", "i2v:uploads:", "i2v:rate", "i2v:queue:health-check")
_HOUR = 3600


async def test_after_the_retention_the_stores_are_as_they_were(server: Server, alice: Viewer, redis: Redis) -> None:
    server.settings = server.settings.model_copy(update={"retention_hours": 1.0, "playback_seconds": float(_HOUR)})
    server.start("api", "worker")
    job = await alice.upload(PICTURES / "chelsea.png", seconds=3)
    await alice.finished(job["id"])
    await watch(alice, job["id"])
    media = MediaStore.of(server.settings)
    assert [found for found, _ in media.job_ids()] == [job["id"]]

    async def left() -> set[str]:
        return {key async for key in redis.scan_iter() if not key.startswith(_OTHERS)} - keys.LASTING

    lives = {key: await redis.ttl(key) for key in await left()}
    assert any(job["id"] in key for key in lives)
    assert {key: life for key, life in lives.items() if not -2 <= life <= _HOUR or life == -1} == {}

    async def is_forgotten() -> bool:
        for key in await left():
            if await redis.ttl(key) >= 0:
                await redis.pexpire(key, 1)  # the hour is over
        return not await left()

    await eventually(is_forgotten, what="every key of the job being gone")
    await sweep(JobQueue(redis, server.settings), media, older_than=0)

    assert list(media.job_ids()) == []
    assert not [key async for key in redis.scan_iter() if job["id"] in key]
