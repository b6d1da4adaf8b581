"""Places for upload bodies: bounded, shared, and given back."""

from __future__ import annotations

import asyncio

from graphql_api.body_limits import BodyLimits
from i2v_core.settings import Settings


async def test_one_flow_leaves_half_of_the_places_to_others() -> None:
    limits = BodyLimits(Settings(max_concurrent_uploads=4))
    reading: list[str] = []
    done = asyncio.Event()

    async def upload(flow: str) -> None:
        async with limits.one_upload(flow):
            reading.append(flow)
            await done.wait()

    tasks = [asyncio.create_task(upload(flow)) for flow in ("a", "a", "a", "a", "b", "c", "d")]
    for _ in range(10):
        await asyncio.sleep(0)

    assert sorted(reading) == ["a", "a", "b", "c"]
    done.set()
    await asyncio.gather(*tasks)
    assert sorted(reading) == ["a", "a", "a", "a", "b", "c", "d"]
    assert limits._shares == {}
