"""Redis away for half a minute while jobs run, wait and are watched: what was refused, what was resumed, how soon all is back.

The exit code is 1 if a job was lost, a terminal state was missed by who watched, or a refused upload left something behind.
I2V_OUTAGE_SECONDS (30) says how long it is away.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.api_client import BROKEN, Client, picture
from benchmarks.deployment import Deployment

SECONDS = float(os.environ.get("I2V_OUTAGE_SECONDS", "30"))
JOBS = 8
_PROGRESS = "subscription($id: ID!) { jobProgress(jobId: $id) { ... on JobProgress { state version attempt } } }"
#: Seconds for everything to be done once Redis is back; each job takes one.
_PATIENCE = 60.0


async def main() -> None:
    """Run it, print the table and exit with 1 if something was lost."""
    with tempfile.TemporaryDirectory() as folder:
        deployment = Deployment(Path(folder), model_seconds=1.0, video_long_side=128)
        client = Client(deployment.url)
        try:
            deployment.start()
            rows, lost = await _outage(deployment, client)
        finally:
            await client.close()
            deployment.stop()
    print(f"\n| Redis away for {SECONDS:g} s, one job running, {JOBS - 1} waiting, each watched | |\n|---|---|")
    for row in rows:
        print(f"| {row[0]} | {row[1]} |")
    if lost:
        print("LOST:", *lost, sep="\n  ")
        sys.exit(1)


async def _outage(deployment: Deployment, client: Client) -> tuple[list[tuple[str, str]], list[str]]:
    jobs = [await client.upload_until_taken(picture(n), key=f"before {n}") for n in range(JOBS)]
    told = asyncio.Semaphore(0)
    watches = [asyncio.create_task(_last_state(client, job, told)) for job in jobs]
    for _ in jobs:  # each is being watched before Redis goes
        await told.acquire()
    while (await client.job(jobs[0]) or {}).get("state") != "PROCESSING":
        await asyncio.sleep(0.02)
    processes = {name: process.pid for name, process in deployment.processes.items() if name != "redis"}

    deployment.kill("redis")
    away, answers, slowest = time.monotonic(), dict[str, int](), 0.0
    while time.monotonic() - away < SECONDS:
        asked = time.monotonic()
        try:
            answer = await client.upload(picture(100))
            outcome = f"{answer['__typename']} {answer.get('code', '')}".strip()
        except BROKEN as error:
            outcome = type(error).__name__
        slowest = max(slowest, time.monotonic() - asked)
        answers[outcome] = answers.get(outcome, 0) + 1
        await asyncio.sleep(1)
    deployment.start("redis")
    back = time.monotonic()
    await client.upload_until_taken(picture(200), key="after")
    taken = time.monotonic() - back
    states = await asyncio.wait_for(asyncio.gather(*watches), _PATIENCE)
    done = time.monotonic() - back

    lost = [
        f"{job} ended for its watcher as {state}"
        for job, state in zip(jobs, states, strict=True)
        if state != "COMPLETED"
    ]
    lost += [f"{job} is {found}" for job in jobs if (found := await client.job(job) or {}).get("state") != "COMPLETED"]
    if set(answers) != {"TryAgain TRY_AGAIN"}:
        lost.append(f"uploads meanwhile were answered {answers}")
    lost += [f"{name} was restarted" for name, pid in processes.items() if deployment.processes[name].pid != pid]
    lost += [f"{name} died" for name in processes if deployment.processes[name].poll() is not None]
    if len(folders := list(deployment.media.glob("job_*"))) != JOBS + 1:
        lost.append(f"{len(folders)} jobs have media, {JOBS + 1} were taken in")
    return [
        ("uploads meanwhile", ", ".join(f"{count} x {what}" for what, count in answers.items())),
        ("slowest of these answers", f"{slowest:.1f} s"),
        ("an upload is taken in again after", f"{taken:.2f} s"),
        (f"all {JOBS} jobs COMPLETED, told to each subscription that was open all along, after", f"{done:.1f} s"),
    ], lost


async def _last_state(client: Client, job: str, told: asyncio.Semaphore) -> str:
    state = ""
    async for event in client.events(_PROGRESS, id=job):
        if not state:
            told.release()
        progress: dict[str, Any] = event["jobProgress"]
        state = progress.get("state", "not found")
    return state
