"""`i2v queue`: what an operator sees and does, against a Redis with jobs in it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from redis.asyncio import Redis

from i2v_core.queue import JobQueue
from i2v_core.settings import Settings
from tests.conftest import PICTURES, environment, eventually
from tests.fundamentals.conftest import alice, server
from tests.fundamentals.server import Server, Viewer
from tests.i2v_core.test_queue import new_job

__all__ = ["alice", "server"]


def i2v(settings: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    """What the command says."""
    return subprocess.run(
        [sys.executable, "-m", "i2v_cli", "queue", *words],
        env=environment(settings),
        capture_output=True,
        text=True,
        timeout=30,
    )


@pytest.fixture
def queue(redis: Redis, settings: Settings) -> JobQueue:
    return JobQueue(redis, settings)


async def test_it_lists_what_runs_and_what_waits(queue: JobQueue, settings: Settings) -> None:
    jobs = [new_job() for _ in range(3)]
    for job in jobs:
        await queue.enqueue(job)

    in_words, for_programs = i2v(settings, "list"), i2v(settings, "list", "--json")

    assert in_words.stdout.startswith("0 being made, 3 waiting, 0 workers\n")
    assert [line.split()[:2] for line in in_words.stdout.splitlines()[1:]] == [
        [str(place), job.id] for place, job in enumerate(jobs, 1)
    ]
    assert [job["job"] for job in json.loads(for_programs.stdout)["jobs"]] == [job.id for job in jobs]


async def test_while_it_is_paused_nothing_begins_and_the_page_can_say_so(server: Server, alice: Viewer) -> None:
    server.start("api", "worker")
    assert i2v(server.settings, "pause").returncode == 0

    job = await alice.upload(PICTURES / "chelsea.png", seconds=3)
    paused = (await alice.ask("{ queue { paused length estimatedWaitSeconds } }"))["queue"]
    listed = i2v(server.settings, "list").stdout
    assert i2v(server.settings, "resume").returncode == 0

    assert paused == {"paused": True, "length": 1, "estimatedWaitSeconds": None}
    assert "paused" in listed
    assert (await alice.finished(job["id"]))["state"] == "COMPLETED"


async def test_the_operator_cancels_anybodys_job(server: Server, alice: Viewer) -> None:
    server.settings = server.settings.model_copy(update={"model_seconds": 30.0})
    server.start("api", "worker")
    job = await alice.upload(PICTURES / "chelsea.png")

    async def is_running() -> bool:
        return "attempt 1" in i2v(server.settings, "list").stdout

    await eventually(is_running, what="the job being made")
    done, again = i2v(server.settings, "cancel", job["id"]), i2v(server.settings, "cancel", job["id"])

    assert (done.returncode, again.returncode) == (0, 1)
    assert "has ended" in again.stdout
    assert (await alice.finished(job["id"]))["state"] == "CANCELLED"


def test_without_a_redis_it_says_what_to_do(settings: Settings) -> None:
    away = settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})

    said = i2v(away, "list")

    assert said.returncode == 1
    assert said.stderr.startswith("i2v: No Redis answers. Start `i2v up`")
    assert "Traceback" not in said.stderr
