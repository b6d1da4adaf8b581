"""Playbacks and tickets: bounded, bound to their viewer, one use."""

from __future__ import annotations

import asyncio

import pytest
from redis.asyncio import Redis

from i2v_core import keys
from i2v_core.playbacks import INIT, Playbacks
from i2v_core.settings import Settings
from tests.conftest import eventually
from tests.i2v_core.test_queue import new_job


@pytest.fixture
def playbacks(redis: Redis, settings: Settings) -> Playbacks:
    return Playbacks(redis, settings)


async def test_of_a_hundred_who_use_a_ticket_at_once_one_gets_through(playbacks: Playbacks) -> None:
    playback = await playbacks.open(new_job())
    ticket = (await playbacks.issue(playback, [3]))[3]

    answers = await asyncio.gather(*(playbacks.redeem(ticket, playback.id, 3, playback.viewer) for _ in range(100)))

    assert [a for a in answers if a] == [(playback.job, playback.run)]


async def test_a_ticket_is_for_its_segment_playback_and_viewer(playbacks: Playbacks) -> None:
    playback, other = await playbacks.open(new_job()), await playbacks.open(new_job())
    ticket = (await playbacks.issue(playback, [INIT]))[INIT]

    assert await playbacks.redeem(ticket, playback.id, 0, playback.viewer) is None
    assert await playbacks.redeem(ticket, other.id, INIT, playback.viewer) is None
    assert await playbacks.redeem(ticket, playback.id, INIT, "viewer_b") is None
    assert await playbacks.redeem("invented", playback.id, INIT, playback.viewer) is None
    assert await playbacks.redeem(ticket, playback.id, INIT, playback.viewer) is not None


async def test_redis_holds_no_ticket_only_its_hash(playbacks: Playbacks, redis: Redis) -> None:
    playback = await playbacks.open(new_job())

    ticket = (await playbacks.issue(playback, [0]))[0]

    assert not [key async for key in redis.scan_iter() if ticket in key]


async def test_beyond_the_bound_the_oldest_playback_ends(redis: Redis, settings: Settings) -> None:
    playbacks = Playbacks(redis, settings.model_copy(update={"playbacks_per_viewer": 2}))
    opened = [await playbacks.open(new_job()) for _ in range(3)]

    alive = [await playbacks.get(p.id, p.viewer) is not None for p in opened]

    assert alive == [False, True, True]
    assert await redis.zcard(keys.viewer_playbacks("viewer_a")) == 2


async def test_a_ticket_and_a_playback_have_their_lifetimes(redis: Redis, settings: Settings) -> None:
    short = Playbacks(redis, settings.model_copy(update={"ticket_seconds": 0.05, "playback_seconds": 0.2}))
    playback = await short.open(new_job())
    ticket = (await short.issue(playback, [0]))[0]

    async def is_over() -> bool:
        return await short.get(playback.id, playback.viewer) is None

    await eventually(is_over, what="the playback's end")
    assert await short.redeem(ticket, playback.id, 0, playback.viewer) is None
