"""Events in batches: nothing lost, nothing waited for longer than needed, errors passed on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from i2v_app.batches import batches


async def test_what_arrives_while_one_is_busy_comes_as_one_batch() -> None:
    incoming: asyncio.Queue[int] = asyncio.Queue()
    taking = batches(_endless(incoming), at_least_every=60)
    assert await anext(taking) == []

    incoming.put_nowait(1)
    assert await anext(taking) == [1]
    for number in (2, 3, 4):
        incoming.put_nowait(number)
    while not incoming.empty():
        await asyncio.sleep(0)

    assert await anext(taking) == [2, 3, 4]
    await taking.aclose()


async def test_a_quiet_while_gives_an_empty_batch() -> None:
    taking = batches(_endless(asyncio.Queue()), at_least_every=0.01)
    await anext(taking)

    assert await anext(taking) == []
    await taking.aclose()


async def test_the_last_items_come_before_the_error() -> None:
    async def failing() -> AsyncGenerator[int, None]:
        yield 1
        raise ConnectionError("gone")

    taking = batches(failing(), at_least_every=60)
    await anext(taking)

    assert await anext(taking) == [1]
    with pytest.raises(ConnectionError):
        await anext(taking)


async def test_closing_it_ends_the_reading() -> None:
    ended = asyncio.Event()

    async def watched() -> AsyncGenerator[int, None]:
        try:
            yield 1
            await asyncio.Event().wait()
        finally:
            ended.set()

    taking = batches(watched(), at_least_every=60)
    await anext(taking)
    await anext(taking)
    await taking.aclose()

    await asyncio.wait_for(ended.wait(), 10)


async def _endless(incoming: asyncio.Queue[int]) -> AsyncGenerator[int, None]:
    while True:
        yield await incoming.get()
