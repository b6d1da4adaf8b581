"""Whatever stops and starts again: a job whose id was given out is made, once, and its viewer sees it."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Awaitable
from typing import Any, cast

from redis.asyncio import Redis

from i2v_core.store import connect
from tests.conftest import PICTURES, OwnRedis, eventually
from tests.fundamentals.server import Server, Viewer


async def _until(stream: Any, **wanted: Any) -> dict[str, Any]:
    """The first progress that is as wanted, `segmentsReady` at least: the newest is told, and some are passed over."""
    async for progress in stream:
        if all(
            progress[name] >= value if name == "segmentsReady" else progress[name] == value
            for name, value in wanted.items()
        ):
            return dict(progress)
    raise AssertionError(f"the stream ended before {wanted}")


async def test_a_worker_that_is_interrupted_puts_its_job_back_without_using_up_an_attempt(
    server: Server, alice: Viewer
) -> None:
    server.settings = server.settings.model_copy(update={"model_seconds": 3.0})
    server.start("api", "worker")
    job = await alice.upload(PICTURES / "chelsea.png", seconds=3)
    stream = alice.progress(job["id"])
    await _until(stream, stage="GENERATING")

    assert server.stop("worker", signal.SIGINT) == 0

    back = await _until(stream, state="QUEUED")
    assert (back["attempt"], back["percent"], back["queuePosition"]) == (0, 0, 1)
    server.start("worker")
    assert (await _until(stream, state="COMPLETED"))["attempt"] == 1


async def test_a_worker_that_is_terminated_finishes_its_job_first(server: Server, alice: Viewer) -> None:
    server.settings = server.settings.model_copy(update={"model_seconds": 3.0})
    server.start("api", "worker")
    job, waiting = [await alice.upload(PICTURES / "chelsea.png", seconds=3) for _ in range(2)]
    await _until(alice.progress(job["id"]), stage="GENERATING")

    assert server.stop("worker", signal.SIGTERM) == 0

    states = await alice.ask(
        "query($a: ID!, $b: ID!) { a: job(id: $a) { state attempt } b: job(id: $b) { state attempt } }",
        a=job["id"],
        b=waiting["id"],
    )
    assert states == {"a": {"state": "COMPLETED", "attempt": 1}, "b": {"state": "QUEUED", "attempt": 0}}


async def test_a_worker_that_is_killed_loses_nothing(server: Server, alice: Viewer, bob: Viewer) -> None:
    server.settings = server.settings.model_copy(update={"model_seconds": 3.0})
    server.start("api", "worker")
    job = await alice.upload(PICTURES / "chelsea.png", seconds=3)
    behind = await bob.upload(PICTURES / "chelsea.png", seconds=3)
    stream = alice.progress(job["id"])
    await _until(stream, stage="GENERATING")

    server.stop("worker", signal.SIGKILL)
    server.start("worker")

    await _until(stream, attempt=2, state="PROCESSING")
    other = (await bob.ask("query($id: ID!) { job(id: $id) { state } }", id=behind["id"]))["job"]
    assert other == {"state": "QUEUED"}, "the one that was killed waits for another"
    assert (await _until(stream, state="COMPLETED"))["attempt"] == 2


async def test_a_worker_that_wakes_up_after_its_job_was_taken_over_disturbs_nothing(
    server: Server, alice: Viewer, redis: Redis
) -> None:
    server.settings = server.settings.model_copy(update={"model_seconds": 10.0, "lease_seconds": 2.0})
    server.start("api")
    server.start_impatient_worker("worker-stalled", 4.0)
    job = await alice.upload(PICTURES / "chelsea.png", seconds=3)
    stream = alice.progress(job["id"])
    await _until(stream, stage="GENERATING")
    stalled = server.processes["worker-stalled"]

    stalled.send_signal(signal.SIGSTOP)
    server.start("worker")
    while (await _until(stream, attempt=2))["percent"] < 50:
        pass  # for 5 s of the model: the stalled one wakes up when its own has been silent for too long
    lease = await redis.get(f"arq:in-progress:{job['id']}")
    stalled.send_signal(signal.SIGCONT)

    async def stalled_one_is_idle() -> bool:
        slots = [json.loads(slot) for slot in await cast(Awaitable[list[str]], redis.hvals("i2v:slots"))]
        return sorted(slot["job"] for slot in slots) == ["", job["id"]]

    await eventually(stalled_one_is_idle, what="the stalled worker giving up")
    assert await redis.zrange("i2v:queue", 0, -1) == [job["id"]], "the job left the queue while it was being made"
    assert await redis.get(f"arq:in-progress:{job['id']}") == lease, "the lease of the new run was touched"
    last = await _until(stream, state="COMPLETED")
    assert (last["attempt"], last["segmentsReady"]) == (2, 6)


async def test_an_api_that_is_killed_loses_nothing(server: Server, alice: Viewer) -> None:
    server.start("api")
    job = await alice.upload(PICTURES / "chelsea.png", seconds=3)

    server.stop("api", signal.SIGKILL)
    server.start("api", "worker")

    assert (await alice.finished(job["id"]))["state"] == "COMPLETED"


async def test_a_frozen_model_shows_a_frozen_percent(server: Server, alice: Viewer) -> None:
    server.settings = server.settings.model_copy(update={"model_seconds": 4.0})
    server.start("api", "worker")
    job = await alice.upload(PICTURES / "chelsea.png", seconds=3)
    stream = alice.progress(job["id"])
    await _until(stream, segmentsReady=1)
    model = await eventually(lambda: _render_process(server), what="the render process being found")
    query = "query($id: ID!) { job(id: $id) { progress { percent remainingSeconds } } }"

    os.kill(model, signal.SIGSTOP)
    frozen: list[float] = []

    async def three_equal() -> bool:
        frozen.append((await alice.ask(query, id=job["id"]))["job"]["progress"]["percent"])
        return len(frozen) > 50 and len(set(frozen[-50:])) == 1

    await eventually(three_equal, what="the percent standing still")
    stood = frozen[-1]
    os.kill(model, signal.SIGCONT)

    assert 0 < stood < 100
    assert (await _until(stream, state="COMPLETED"))["attempt"] == 1


async def test_while_redis_is_away_uploads_are_refused_for_now_and_afterwards_all_goes_on(
    server: Server, alice: Viewer, own_redis: OwnRedis
) -> None:
    server.settings = server.settings.model_copy(update={"model_seconds": 3.0, "redis_url": own_redis.url})
    server.start("api", "worker")
    job = await alice.upload(PICTURES / "chelsea.png", seconds=3)
    stream = alice.progress(job["id"])
    await _until(stream, stage="GENERATING")

    own_redis.kill()
    refused = await alice.upload(PICTURES / "chelsea.png")
    ready = await alice.http.get("/readyz")
    own_redis.start()

    assert (refused["__typename"], refused["code"]) == ("TryAgain", "TRY_AGAIN")
    assert refused["retryAfterSeconds"] > 0
    assert ready.status_code == 503

    async def nothing_half_made_is_left() -> bool:
        return [folder.name for folder in server.settings.media_path.glob("job_*")] == [job["id"]]

    await eventually(nothing_half_made_is_left, what="the refused picture being gone")
    assert (await _until(stream, state="COMPLETED"))["segmentsReady"] == 6


async def test_a_redis_that_is_frozen_or_takes_no_writes_is_one_that_is_away(
    server: Server, alice: Viewer, own_redis: OwnRedis
) -> None:
    server.settings = server.settings.model_copy(update={"redis_url": own_redis.url})
    server.start("api")
    redis = connect(own_redis.url)

    async def is_ready() -> bool:
        return (await alice.http.get("/readyz")).status_code == 200

    own_redis.freeze(True)
    frozen = await alice.http.get("/readyz", timeout=30)
    own_redis.freeze(False)
    await eventually(is_ready, what="readiness coming back")
    await redis.execute_command("REPLICAOF", "127.0.0.1", "1")  # as after a failover
    answers, copy = await redis.ping(), await alice.http.get("/readyz")
    await redis.execute_command("REPLICAOF", "NO", "ONE")
    await eventually(is_ready, what="readiness coming back once more")
    await redis.aclose()

    assert answers
    assert (frozen.status_code, copy.status_code) == (503, 503)


async def _render_process(server: Server) -> int | None:
    import psutil

    for child in psutil.Process(server.processes["worker"].pid).children(recursive=True):
        if "worker.render" in child.cmdline():
            return child.pid
    return None
