"""The queue measured: gap between jobs, pick-up, fairness, how true the told times are, and 100,000 waiting jobs.

I2V_BENCH_WAITING (100000) says how many wait in the last table.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import statistics
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.api_client import Client, picture
from benchmarks.deployment import Deployment
from i2v_core.jobs import Job, JobState, VideoOptions, new_id
from i2v_core.queue import JobQueue
from i2v_core.settings import Settings
from i2v_core.store import connect

WAITING = int(os.environ.get("I2V_BENCH_WAITING", "100000"))
_TIMES = "query($id: ID!) { job(id: $id) { createdAt startedAt finishedAt } }"
_WAIT = "query($id: ID!) { job(id: $id) { progress { queuePosition startsInSeconds } } }"


async def main() -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as folder:
        deployment = Deployment(
            Path(folder),
            model_seconds=0.5,
            video_long_side=128,
            trusted_proxies="127.0.0.1",
            uploads_per_minute=10_000,
            operations_per_minute=1_000_000,
            operations_per_minute_per_address=1_000_000,
            waiting_per_viewer=1000,
            waiting_overall=1_000_000,
        )
        try:
            deployment.start()
            await _until_ready(deployment)
            print("\n| model 0.5 s, 1 worker | p50 | p95 | worst |\n|---|---|---|---|")
            await _pick_up(deployment)
            await _gap(deployment)
            await _truth(deployment)
            await _fairness(deployment)
        finally:
            deployment.stop()
    await _many_waiting()


async def _pick_up(deployment: Deployment) -> None:
    client, waits = Client(deployment.url, "192.0.2.1"), []
    for number in range(20):
        job = await client.upload_until_taken(picture(number), key=f"pick-up {number}")
        times = await _ended(client, job)
        waits.append(_between(times["createdAt"], times["startedAt"]) * 1000)
    await client.close()
    _row("upload taken in to begun, nobody waiting, ms", waits)


async def _gap(deployment: Deployment) -> None:
    client = Client(deployment.url, "192.0.2.2")
    jobs = [await client.upload_until_taken(picture(100 + n), key=f"gap {n}") for n in range(40)]
    ran = sorted([await _ended(client, job) for job in jobs], key=lambda times: times["startedAt"])
    await client.close()
    gaps = [_between(a["finishedAt"], b["startedAt"]) * 1000 for a, b in itertools.pairwise(ran)]
    _row("end of a job to the start of the next, ms", gaps)


async def _truth(deployment: Deployment) -> None:
    """How far the start was from what was told right after the upload, for 40 jobs in one line."""
    client, told = Client(deployment.url, "192.0.2.3"), {}
    for number in range(40):
        job = await client.upload_until_taken(picture(200 + number), key=f"truth {number}")
        progress = (await client.ask(_WAIT, id=job))["job"]["progress"]
        if progress["startsInSeconds"] is not None:
            told[job] = (time.time(), progress["startsInSeconds"])
    errors, good = [], 0
    for job, (at, starts_in) in told.items():
        real = datetime.fromisoformat((await _ended(client, job))["startedAt"]).timestamp() - at
        errors.append(abs(real - starts_in))
        good += abs(real - starts_in) <= max(1.0, 0.02 * real)
    await client.close()
    _row("start against the told one, s", errors)
    print(f"| told within 1 s or 2 % | {good} of {len(told)} | | |")


async def _fairness(deployment: Deployment) -> None:
    """One with 50 waiting, and five who come later with one picture each: how many of the 50 go before each of them."""
    many = Client(deployment.url, "192.0.2.10")
    theirs = [await many.upload_until_taken(picture(300 + n), key=f"many {n}") for n in range(50)]
    passed = []
    for number in range(5):
        late = Client(deployment.url, f"192.0.2.{20 + number}")
        job = await late.upload_until_taken(picture(400 + number), key="one")
        uploaded = datetime.fromisoformat((await late.ask(_TIMES, id=job))["job"]["createdAt"]).timestamp()
        begun = datetime.fromisoformat((await _ended(late, job))["startedAt"]).timestamp()
        starts = [(await many.ask(_TIMES, id=other))["job"]["startedAt"] for other in theirs]
        passed.append(sum(uploaded < datetime.fromisoformat(s).timestamp() < begun for s in starts if s))
        await late.close()
    for job in theirs:
        await many.ask("mutation($id: ID!) { cancelJob(id: $id) { __typename } }", id=job)
    await many.close()
    print(f"| of 50 in line before one of another viewer | {', '.join(map(str, passed))} | | |")


async def _many_waiting() -> None:
    with tempfile.TemporaryDirectory() as folder:
        deployment = Deployment(Path(folder))
        deployment.start("redis")
        settings = Settings(redis_url=deployment.redis_url, waiting_per_viewer=100_000, waiting_overall=1_000_000)
        redis = connect(deployment.redis_url)
        queue = JobQueue(redis, settings)
        print(
            "\n| waiting, of 1,000 viewers | one more, ms | cancel one, ms | a wait told, ms | the line read, ms | Redis, MB |"
        )
        print("|---|---|---|---|---|---|")
        count, steps = 0, [step for step in (1000, 10_000, 100_000, 1_000_000) if step <= WAITING]
        try:
            for step in steps:
                while count < step:
                    await asyncio.gather(*(queue.enqueue(_job(count + n)) for n in range(min(100, step - count))))
                    count += min(100, step - count)
                await _show(queue, count)
        finally:
            await redis.aclose()
            deployment.stop()


async def _show(queue: JobQueue, count: int) -> None:
    jobs = [_job(number) for number in range(50)]
    cells = [
        await _median([lambda job=job: queue.enqueue(job) for job in jobs]),
        await _median([lambda job=job: queue.cancel(job.id, job.viewer) for job in jobs]),
        await _median([lambda n=n: queue.ahead(f"viewer_{n}") for n in range(50)]),
        await _median([queue.line] * 5),
    ]
    used = (await queue.redis.info("memory"))["used_memory"] / 1e6
    print(f"| {count:,} | " + " | ".join(f"{cell:.2f}" for cell in cells) + f" | {used:.0f} |")


async def _median(calls: list[Any]) -> float:
    times = []
    for call in calls:
        began = time.perf_counter()
        await call()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def _job(number: int) -> Job:
    viewer = f"viewer_{number % 1000}"
    return Job(new_id("job"), viewer, "a.png", JobState.QUEUED, VideoOptions(), time.time(), flow=viewer)


async def _ended(client: Client, job: str) -> dict[str, Any]:
    while not (times := (await client.ask(_TIMES, id=job))["job"])["finishedAt"]:
        await asyncio.sleep(0.05)
    return dict(times)


async def _until_ready(deployment: Deployment) -> None:
    client = Client(deployment.url)
    while not (await client.http.get("/readyz")).json().get("workers"):
        await asyncio.sleep(0.05)
    await client.close()


def _between(start: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()


def _row(what: str, values: list[float]) -> None:
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    print(f"| {what} | {statistics.median(ordered):.2f} | {p95:.2f} | {ordered[-1]:.2f} |", flush=True)
