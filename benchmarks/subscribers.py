"""Ten thousand subscribers of one uvicorn process: memory, latency, a place change, disconnects, slow readers.

The server is the API alone as `i2v api` serves it; jobs are written to a real Redis by the queue's own methods. For
comparison the same is asked of a plain Strawberry subscription with a Redis connection each.

I2V_BENCH_SUBSCRIBERS (200,1000,10000) says how many connect, I2V_BENCH_EVENT_SECONDS (20) how long events are sent.
"""

from __future__ import annotations

import gc
import os
import resource
import statistics
import time

from benchmarks.crowd import Crowd

SIZES = [int(size) for size in os.environ.get("I2V_BENCH_SUBSCRIBERS", "200,1000,10000").split(",")]
_EVENT_SECONDS = float(os.environ.get("I2V_BENCH_EVENT_SECONDS", "20"))
_PLAIN = 1000
_HURT = 2000
_SLOW = 100
#: Bytes that the kernel takes in for one who does not read: next to nothing, so that the server's own memory is met.
_WINDOW = 4096


async def main() -> None:
    """Print the tables."""
    gc.disable()  # a look at all that this program has would be measured as the server's delay
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    print(
        "\n| connected | KB each | all subscribed within, s | event to client, ms: p50 | p99 | worst "
        "| place change to all, s: median | worst | CPU | a page meanwhile, ms: p50 | p99 |\n|---|---|---|---|---|---|---|---|---|---|---|"
    )
    for size in SIZES:
        with Crowd(size) as crowd:
            await crowd.start()
            await _row(crowd, f"{size:,}")
            await crowd.stop()
    with Crowd(_PLAIN, plain=True) as crowd:
        await crowd.start()
        await _row(crowd, f"plain Strawberry, {_PLAIN:,}")
        await crowd.stop()
    with Crowd(_HURT) as crowd:
        await crowd.start()
        await _disconnects(crowd)
        await _slow_readers(crowd)
        await crowd.stop()


async def _row(crowd: Crowd, name: str) -> None:
    empty = crowd.memory()
    began = time.perf_counter()
    await crowd.connect(range(crowd.size))
    took = time.perf_counter() - began
    each = (crowd.memory() - empty) / crowd.size / 1000
    places = "| | | | | |"
    if not crowd.plain:
        places = _places([await crowd.place_change() for _ in range(5)])
        pages = await crowd.told_meanwhile(5)
        places += f" {statistics.median(pages):.0f} | {pages[int(0.99 * len(pages))]:.0f} |"
    waits = await crowd.events(_EVENT_SECONDS)
    p99 = waits[int(0.99 * len(waits))]
    print(
        f"| {name} | {each:.1f} | {took:.1f} | {statistics.median(waits):.1f} | {p99:.1f} | {waits[-1]:.1f} {places}",
        flush=True,
    )
    print(f"  ({len(waits)} events; {crowd.redis_clients()} Redis clients)", flush=True)


def _places(changes: list[tuple[float, float]]) -> str:
    times, used = zip(*changes, strict=True)
    return f"| {statistics.median(times):.2f} | {max(times):.2f} | {statistics.median(used):.2f} |"


async def _disconnects(crowd: Crowd) -> None:
    print(
        f"\n| 3 x {_HURT:,} vanish | MB | files | Redis clients | tasks | mailboxes | watched jobs |\n|---|---|---|---|---|---|---|"
    )
    await crowd.connect(range(_HURT))  # what is allocated once is allocated now
    await crowd.vanish()
    _show(crowd, "before")
    for number in range(1, 4):
        await crowd.connect(range(_HURT))
        await crowd.vanish()
        _show(crowd, f"after {number}")


def _show(crowd: Crowd, name: str) -> None:
    held = crowd.held()
    print(
        f"| {name} | {crowd.memory() / 1e6:.0f} | {crowd.files()} | {crowd.redis_clients()} "
        f"| {held['tasks']} | {held['mailboxes']} | {held['watched']} |",
        flush=True,
    )


async def _slow_readers(crowd: Crowd) -> None:
    print(f"\n| events of 4 KB, unread by each of {_SLOW} | process, KB each | kernel, KB each |\n|---|---|---|")
    await crowd.connect(range(_SLOW), window=_WINDOW)
    before = crowd.memory()
    crowd.stop_reading()
    told = 0
    for count in (50, 150, 400):
        told += count
        await crowd.tell_all(count)
        grown, unsent = (crowd.memory() - before) / _SLOW / 1000, crowd.unsent() / _SLOW / 1000
        print(f"| {told:,} | {grown:.1f} | {unsent:.1f} |", flush=True)
