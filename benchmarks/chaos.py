"""Chaos: uploads under load while web, worker, model and Redis are killed at random, and then every promise checked.

`make bench ARGS=chaos`; I2V_CHAOS_SECONDS (120) says how long, I2V_CHAOS_SEED which course it takes. The exit code is 1 if
a promise was broken.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import websockets
from redis import Redis

from benchmarks.api_client import BROKEN, Client, picture
from benchmarks.deployment import Deployment

SECONDS = float(os.environ.get("I2V_CHAOS_SECONDS", "120"))
SEED = int(os.environ.get("I2V_CHAOS_SEED", "1"))
MODEL_SECONDS = 1.0
VIEWERS = 6
#: Seconds that the queue may take to empty after the last kill, on top of the model's time for what waits.
_GRACE = 60.0
#: Killed by hand more often than any job would be in a year: so many attempts that none runs out of them.
_ATTEMPTS = 20
#: Seconds to be back at work. The design's bound; a test on a machine that does other things beside it gives a generous one.
_BACK_AT_WORK = float(os.environ.get("I2V_CHAOS_BACK_AT_WORK", "5"))
_ENDED = ("COMPLETED", "FAILED", "CANCELLED")
LIST = "{ jobs(first: 100) { edges { node { progress { job { id } state percent attempt version } } } } }"
WATCH = "subscription { viewerJobs { ... on JobProgress { job { id } state percent attempt version } ... on JobDeleted { jobId } } }"


@dataclass
class Record:
    """What clients were told."""

    owners: dict[str, Client] = field(default_factory=dict)
    ended: dict[str, str] = field(default_factory=dict)
    percents: dict[tuple[str, int], float] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    broken: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    recoveries: list[float] = field(default_factory=list)
    uploads_refused: int = 0

    def hear(self, told: dict[str, Any]) -> None:
        """Check an event of a subscription against all before it."""
        job, attempt = told["job"]["id"], (told["job"]["id"], told["attempt"])
        if told["version"] < self.versions.get(job, 0):
            return  # a snapshot that was overtaken on its way: the subscriber drops it by its version
        self.versions[job] = told["version"]
        if told["percent"] < self.percents.get(attempt, 0) and told["state"] == "PROCESSING":
            self.broken["percent fell within an attempt"] += 1
        self.percents[attempt] = told["percent"]
        if job in self.ended and told["state"] != self.ended[job]:
            self.broken["a job left its terminal state"] += 1
        if told["state"] in _ENDED:
            self.ended[job] = told["state"]


async def main() -> None:
    """Run it, print the tables and exit with 1 if a promise was broken."""
    print(f"chaos: {SECONDS:g} s, seed {SEED}, model {MODEL_SECONDS:g} s, {VIEWERS} viewers, 2 workers", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        deployment = Deployment(
            Path(folder),
            workers=2,
            model_seconds=MODEL_SECONDS,
            video_long_side=128,
            max_attempts=_ATTEMPTS,
            trusted_proxies="127.0.0.1",
            uploads_per_minute=10_000,
            operations_per_minute=1_000_000,
            operations_per_minute_per_address=1_000_000,
        )
        clients = [Client(deployment.url, f"192.0.2.{number + 1}") for number in range(VIEWERS)]
        try:
            deployment.start()
            record = await _run(deployment, clients)
            _check_stores(deployment, record)
        finally:
            for client in clients:
                await client.close()
            deployment.stop()
    _report(record)
    if record.broken:
        sys.exit(1)


async def _run(deployment: Deployment, clients: list[Client]) -> Record:
    record, until = Record(), time.monotonic() + SECONDS
    watching = [asyncio.create_task(_watch(client, record)) for client in clients]
    uploading = [asyncio.create_task(_upload(client, n, record, until)) for n, client in enumerate(clients)]
    try:
        await _kill_at_random(deployment, record, until)
        await asyncio.gather(*uploading)
        await _until_all_ended(record)
        await _check_answers(record)
    finally:
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
    return record


async def _upload(client: Client, number: int, record: Record, until: float) -> None:
    course, count = random.Random(SEED * 1000 + number), 0
    while time.monotonic() < until:
        count += 1
        job = await client.upload_until_taken(picture(number * 10_000 + count), key=f"{number}-{count}")
        if job in record.owners:
            record.broken["two uploads became one job"] += 1
        record.owners[job] = client
        await asyncio.sleep(course.uniform(0.5, 2 * VIEWERS * MODEL_SECONDS / 2))


async def _watch(client: Client, record: Record) -> None:
    """Subscribe, then read the list, as the page does: it has what ended while nobody listened. Again whenever it breaks."""
    while True:
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_subscribe(client, record))
                tasks.create_task(_read_list(client, record))
        except* (OSError, websockets.WebSocketException, ConnectionError, *BROKEN):
            pass
        await asyncio.sleep(0.1)


async def _subscribe(client: Client, record: Record) -> None:
    async for data in client.events(WATCH):
        if "job" in data["viewerJobs"]:
            record.hear(data["viewerJobs"])
    raise ConnectionError("it ended")


async def _read_list(client: Client, record: Record) -> None:
    await asyncio.sleep(0.3)  # the subscription stands by now, or has failed
    for edge in (await client.ask(LIST))["jobs"]["edges"]:
        record.hear(edge["node"]["progress"])


async def _kill_at_random(deployment: Deployment, record: Record, until: float) -> None:
    course = random.Random(SEED)
    while time.monotonic() < until:
        await asyncio.sleep(course.uniform(1, 6))
        victim = course.choice(["api", "redis", "worker-1", "worker-2", "model", "model", "workers", "everything"])
        record.kills[victim] += 1
        names = {"workers": ["worker-1", "worker-2"], "everything": list(deployment.commands)}.get(victim, [victim])
        for name in names:
            deployment.kill(name)
        await asyncio.sleep(course.uniform(0, 2))
        await asyncio.to_thread(
            lambda names=names: deployment.start(*(n for n in names if n != "model")) if names != ["model"] else None
        )
        if victim in ("workers", "everything"):
            await _measure_recovery(deployment, record)


async def _measure_recovery(deployment: Deployment, record: Record) -> None:
    """Seconds from the restart of all workers until every job that was being made is being made again."""
    began, redis = time.monotonic(), deployment.redis()
    killed = {job: run for job in redis.zrange("i2v:queue", 0, -1) if (run := _run_of(redis, job))}
    waited_for = dict(killed)
    while waited_for and time.monotonic() < began + 3 * _BACK_AT_WORK:
        waited_for = {job: run for job, run in waited_for.items() if redis.hget(f"i2v:job:{job}", "run") == run}
        await asyncio.sleep(0.02)
    took = time.monotonic() - began
    redis.close()
    if killed:
        record.recoveries.append(took)
        if took > _BACK_AT_WORK:
            record.broken[f"what was killed is not made again within {_BACK_AT_WORK:g} s"] += 1


def _run_of(redis: Redis, job: str) -> str | None:
    """The number of the run that was making the job, None if there was none."""
    state, run = redis.hmget(f"i2v:job:{job}", "state", "run")
    return run if state == "PROCESSING" else None


async def _until_all_ended(record: Record) -> None:
    deadline = time.monotonic() + _GRACE + len(record.owners) * MODEL_SECONDS
    while set(record.owners) - set(record.ended) and time.monotonic() < deadline:
        await asyncio.sleep(0.2)


async def _check_answers(record: Record) -> None:
    for job, client in record.owners.items():
        held = await client.job(job)
        if held is None:
            record.broken["a job that was taken in is gone"] += 1
        elif held["state"] not in _ENDED:
            record.broken["a job never ended"] += 1
        elif record.ended.get(job) != held["state"]:
            record.broken["a subscriber missed a terminal state"] += 1
        elif held["state"] != "COMPLETED":
            record.broken[f"a job ended {held['state']}: {(held['failure'] or {}).get('code')}"] += 1


def _check_stores(deployment: Deployment, record: Record) -> None:
    """One video for each job, nothing of others, and a queue that is empty."""
    redis = deployment.redis()
    for job in record.owners:
        run, segments = redis.hmget(f"i2v:job:{job}", "run", "segments")
        runs = [path.name for path in (deployment.media / job).iterdir() if path.name.isdigit()]
        if runs != [run]:
            record.broken["a job has not exactly one video"] += 1
        elif len([p for p in (deployment.media / job / str(run)).glob("*.m4s") if ".b." not in p.name]) != int(
            segments or 0
        ):
            record.broken["a video has not all its segments"] += 1
    strangers = {path.name for path in deployment.media.glob("job_*")} - set(record.owners)
    documents = {key.removeprefix("i2v:job:") for key in redis.scan_iter("i2v:job:*")} - set(record.owners)
    if documents:
        record.broken["jobs that no client was told of"] += len(documents)
    if strangers:
        # Files of uploads whose answer never came: they have no job, and the sweep takes them after ten minutes.
        print(f"(media of {len(strangers)} uploads that were cut off; the sweep takes them)")
    if redis.zcard("i2v:queue") or list(redis.scan_iter("i2v:flow:*")):
        record.broken["the queue is not empty at the end"] += 1
    redis.close()


def _report(record: Record) -> None:
    print("\n| killed | times |\n|---|---|")
    for name, count in sorted(record.kills.items()):
        print(f"| {name} | {count} |")
    attempts = Counter(attempt for _, attempt in record.percents)
    print("\n| jobs | |\n|---|---|")
    print(f"| taken in | {len(record.owners)} |")
    for state, count in Counter(record.ended[job] for job in record.owners if job in record.ended).items():
        print(f"| ended {state} | {count} |")
    print(f"| runs seen beyond the first attempt | {sum(n for attempt, n in attempts.items() if attempt > 1)} |")
    if record.recoveries:
        worst, middle = max(record.recoveries), sorted(record.recoveries)[len(record.recoveries) // 2]
        print(
            f"| until all that was killed is made again after the restart, median / worst of {len(record.recoveries)}, s | {middle:.2f} / {worst:.2f} |"
        )
    print("\n" + ("Every promise was kept." if not record.broken else "BROKEN PROMISES"))
    for promise, count in sorted(record.broken.items()):
        print(f"| {promise} | {count} |")
