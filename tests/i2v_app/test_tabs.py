"""What a tab has going on: one at a time, and no longer than its socket is open."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest

from i2v_app.states import tabs
from tests.conftest import eventually


class Watching:
    """Stands in for a page's state; counts what it has going on."""

    def __init__(self) -> None:
        self.router = SimpleNamespace(session=SimpleNamespace(session_id="socket-1"))
        self.going_on = 0

    async def watch(self) -> None:
        self.going_on += 1
        try:
            await asyncio.Event().wait()
        finally:
            self.going_on -= 1

    async def is_at(self, count: int) -> bool:
        return self.going_on == count


@pytest.fixture
def sockets(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The sockets that are open."""
    found = {"socket-1"}
    monkeypatch.setattr(tabs, "_is_open", found.__contains__)
    monkeypatch.setattr(tabs, "_LOOK_SECONDS", 0.01)
    return found


def begin(page: Watching) -> asyncio.Task[Any]:
    watch: Any = tabs.once_a_tab(Watching.watch)  # type: ignore[type-var]
    return asyncio.ensure_future(watch(page))


async def test_beginning_anew_ends_what_was_begun_before() -> None:
    page = Watching()
    tasks = [begin(page) for _ in range(100)]

    ended = await asyncio.gather(*tasks[:-1])
    await eventually(lambda: page.is_at(1))

    assert set(ended) == {None}
    assert not tasks[-1].done()
    tasks[-1].cancel()


async def test_it_ends_when_the_socket_has_gone(sockets: set[str]) -> None:
    page = Watching()
    task = begin(page)
    await eventually(lambda: page.is_at(1))

    sockets.clear()
    await asyncio.wait([task], timeout=20)

    assert task.done()
    assert await page.is_at(0)
    assert tabs._going_on == {}


async def test_another_tabs_goes_on(sockets: set[str]) -> None:
    one, another = Watching(), Watching()
    another.router.session.session_id = "socket-2"
    sockets.add("socket-2")
    tasks = [begin(one), begin(another)]
    await eventually(lambda: another.is_at(1))

    sockets.remove("socket-1")
    await asyncio.wait(tasks[:1], timeout=20)

    assert tasks[0].done()
    assert await another.is_at(1)
    tasks[1].cancel()


async def test_one_that_did_not_hear_is_told_again(sockets: set[str]) -> None:
    class Deaf(Watching):
        async def watch(self) -> None:
            with suppress(asyncio.CancelledError):
                await super().watch()
            await super().watch()

    page = Deaf()
    task = asyncio.ensure_future(tabs.once_a_tab(Deaf.watch)(page))  # type: ignore[type-var]
    await eventually(lambda: page.is_at(1))

    sockets.clear()
    await asyncio.wait([task], timeout=20)

    assert task.done()
    assert await page.is_at(0)


async def test_a_timeout_of_its_own_is_not_mistaken_for_an_end(sockets: set[str]) -> None:
    class Slow(Watching):
        async def watch(self) -> None:
            raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        await tabs.once_a_tab(Slow.watch)(Slow())  # type: ignore[type-var]
