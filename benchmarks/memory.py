"""Memory measured: a thousand jobs in one run, a hundred uploads of 10 MB at once, and the largest picture in the model.

I2V_BENCH_JOBS (1000) says how many jobs the first table has.
"""

from __future__ import annotations

import asyncio
import io
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
from PIL import Image

from benchmarks.api_client import BROKEN, Client, picture
from benchmarks.deployment import Deployment

JOBS = int(os.environ.get("I2V_BENCH_JOBS", "1000"))
#: Jobs that a process may take to grow to its size: caches fill, the allocator finds its arenas.
_WARM = 0.2
_STATE = "query($id: ID!) { job(id: $id) { state } }"


async def main() -> None:
    """Print the tables."""
    await _many_jobs()
    await _many_uploads()
    await _largest_picture()


async def _many_jobs() -> None:
    with _deployment(model_seconds=0.02, video_long_side=64, retention_hours=0.01) as deployment:
        deployment.start()
        client, samples = Client(deployment.url), defaultdict[str, list[tuple[int, float]]](list)
        began = time.monotonic()
        waiting: list[str] = []
        for number in range(JOBS):
            waiting.append(await client.upload_until_taken(picture(number), key=str(number)))
            if len(waiting) > 4:
                await _until_ended(client, waiting.pop(0))
            if number % 10 == 0:
                for name, size in _sizes(deployment).items():
                    samples[name].append((number, size))
        await client.close()
        print(f"\n| {JOBS} jobs in {time.monotonic() - began:.0f} s | first MB | last MB | slope, KB a job |")
        print("|---|---|---|---|")
        for name, points in sorted(samples.items()):
            steady = [point for point in points if point[0] >= _WARM * JOBS]
            numbers, sizes = np.array(steady).T
            slope = np.polyfit(numbers, sizes, 1)[0] * 1000
            print(f"| {name} | {steady[0][1]:.1f} | {steady[-1][1]:.1f} | {slope:.2f} |")


async def _many_uploads() -> None:
    large = _noise(1825)  # 10.0 MB as PNG
    settings = {"waiting_per_viewer": 1000, "uploads_per_minute": 1000, "uploads_in_flight": 200}
    with _deployment(model_seconds=30, **settings) as deployment:
        deployment.start("redis", "api")
        client = Client(deployment.url)
        client.http.timeout = 300
        await client.upload(picture(1), key="warm")
        idle = peak = _sizes(deployment)["api"]
        began = time.monotonic()
        uploads = [asyncio.create_task(client.upload(large, key=str(n))) for n in range(100)]
        while not all(upload.done() for upload in uploads):
            peak = max(peak, _sizes(deployment)["api"])
            await asyncio.sleep(0.05)
        taken = sum("id" in upload.result() for upload in uploads)
        took = time.monotonic() - began
        await client.close()
        print(f"\n| 100 uploads of {len(large) / 1e6:.0f} MB at once | |\n|---|---|")
        print(
            f"| taken in | {taken} in {took:.0f} s |\n| API idle, MB | {idle:.0f} |\n| growth, MB | {peak - idle:.0f} |"
        )


async def _largest_picture() -> None:
    """A square picture of the most that is kept, 2560 x 2560: a video of 1280 x 1280, encoded twice."""
    with _deployment(model_seconds=10) as deployment:
        deployment.start()
        client = Client(deployment.url)
        job = str((await client.upload(_noise(2560), key="large", seconds=5))["id"])
        peaks: dict[str, float] = {}
        while True:
            for name, size in _sizes(deployment).items():
                peaks[name] = max(peaks.get(name, 0), size)
            if (await client.ask(_STATE, id=job))["job"]["state"] == "COMPLETED":
                break
            await asyncio.sleep(0.05)
        await client.close()
        print("\n| 2560 x 2560 picture, 1280 x 1280 video | peak MB |\n|---|---|")
        for name, size in sorted(peaks.items()):
            print(f"| {name} | {size:.0f} |")
        print(f"| worker's tree | {peaks['worker-1'] + peaks['model']:.0f} |")


async def _until_ended(client: Client, job: str) -> None:
    while True:
        try:
            if (await client.ask(_STATE, id=job))["job"]["state"] != "QUEUED":
                return
        except BROKEN:
            pass
        await asyncio.sleep(0.01)


def _sizes(deployment: Deployment) -> dict[str, float]:
    """Unshared memory (USS) of each process in MB: what would be free if it ended."""
    sizes = {}
    for name, process in deployment.processes.items():
        sizes[name] = psutil.Process(process.pid).memory_full_info().uss / 1e6
    for render in deployment.renders():
        sizes["model"] = render.memory_full_info().uss / 1e6
    return sizes


def _noise(side: int) -> bytes:
    """A square picture that does not compress: 3 bytes a pixel."""
    pixels = np.random.default_rng(1).integers(0, 256, (side, side, 3), dtype=np.uint8)
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, "PNG")
    return data.getvalue()


@contextmanager
def _deployment(**settings: object) -> Iterator[Deployment]:
    with tempfile.TemporaryDirectory() as folder:
        deployment = Deployment(
            Path(folder), **{"uploads_per_minute": 100_000, "operations_per_minute_per_address": 1_000_000, **settings}
        )
        try:
            yield deployment
        finally:
            deployment.stop()
