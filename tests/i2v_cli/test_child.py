"""A child that is kept running: restarts with backoff, and a stop that ends."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import psutil

from i2v_cli.child import Child, Command

SH = "/bin/sh"


def command(script: str, *, stop_seconds: float = 5.0, quick: bool = True) -> Command:
    return Command("child", (SH, "-c", script), signal.SIGTERM, stop_seconds, quick=quick)


async def until(condition: object) -> None:
    assert callable(condition)
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


async def test_each_restart_waits_twice_as_long(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    starts.touch()
    child = Child(command(f"date +%s.%N >>{starts}; exit 1"), os.environ)
    child.settled = True

    await child.start()
    await until(lambda: len(starts.read_text().splitlines()) == 3)
    await child.stop(asyncio.Event())

    first, second, third = map(float, starts.read_text().splitlines())
    assert 0.5 <= second - first < 1.0 <= third - second < 2.0


async def test_one_that_gives_up_while_starting_is_not_started_again(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    child = Child(command(f"echo >>{starts}; exit 3"), os.environ)

    await child.start()

    assert await child.first_exit == 3
    await child.stop(asyncio.Event())
    assert starts.read_text() == "\n"


async def test_one_that_does_not_stop_is_killed_with_its_own_children(tmp_path: Path) -> None:
    child = Child(
        command(f"trap '' TERM; sleep 60 & echo $! >{tmp_path}/sleeper; wait; wait", stop_seconds=0.3), os.environ
    )
    await child.start()
    await until(lambda: (tmp_path / "sleeper").exists() and (tmp_path / "sleeper").read_text())
    sleeper = psutil.Process(int((tmp_path / "sleeper").read_text()))

    await child.stop(asyncio.Event())

    await until(lambda: not sleeper.is_running() or sleeper.status() == psutil.STATUS_ZOMBIE)


async def test_hurry_ends_a_quick_one_at_once(tmp_path: Path) -> None:
    child = Child(
        command(f"trap '' TERM; echo >{tmp_path}/up; while :; do sleep 0.1; done", stop_seconds=30), os.environ
    )
    await child.start()
    await until((tmp_path / "up").exists)
    hurry = asyncio.Event()
    stopping = asyncio.create_task(child.stop(hurry))

    hurry.set()

    await asyncio.wait_for(stopping, 5)


async def test_it_runs_in_a_session_of_its_own() -> None:
    child = Child(command("sleep 60"), os.environ)
    await child.start()

    assert child.pid
    assert os.getsid(child.pid) == child.pid
    await child.stop(asyncio.Event())
