"""Waiting: one after the other, in the order they came, with a place and an expected start that are true."""

from __future__ import annotations

import asyncio
import itertools

from tests.conftest import PICTURES, eventually
from tests.fundamentals.server import Server, Viewer

JOBS = "{ jobs(first: 50) { totalCount edges { node { id state startedAt finishedAt progress { queuePosition } } } } }"


async def test_eleven_at_once_are_made_one_after_the_other_in_order(server: Server, alice: Viewer) -> None:
    server.start("api")  # the worker comes later, so that all eleven wait together
    await alice.http.get("/healthz")

    jobs = await asyncio.gather(*(alice.upload(PICTURES / "chelsea.png", seconds=3) for _ in range(11)))
    waiting = [edge["node"] for edge in (await alice.ask(JOBS))["jobs"]["edges"]]
    in_line = sorted(waiting, key=lambda job: job["progress"]["queuePosition"])
    server.start("worker")
    await asyncio.gather(*(alice.finished(job["id"]) for job in jobs))

    done = [edge["node"] for edge in (await alice.ask(JOBS))["jobs"]["edges"]]
    assert [job["state"] for job in done] == ["COMPLETED"] * 11
    by_start = sorted(done, key=lambda job: job["startedAt"])
    assert [job["id"] for job in by_start] == [job["id"] for job in in_line]
    for earlier, later in itertools.pairwise(by_start):
        assert earlier["finishedAt"] <= later["startedAt"], "two were made at once"


async def test_places_count_down_and_starts_come_closer(server: Server, alice: Viewer) -> None:
    server.start("api", "worker")
    jobs = [await alice.upload(PICTURES / "chelsea.png", seconds=3) for _ in range(4)]

    seen = [progress async for progress in alice.progress(jobs[-1]["id"])]

    places = [p["queuePosition"] for p in seen if p["state"] == "QUEUED"]
    assert places, "the last of four never waited"
    assert places == sorted(places, reverse=True)
    assert places[-1] == 1
    assert all(p["startsInSeconds"] is not None for p in seen if p["state"] == "QUEUED")
    assert seen[-1]["state"] == "COMPLETED"


async def test_a_waiting_job_learns_its_place_when_one_before_it_is_cancelled(server: Server, alice: Viewer) -> None:
    server.start("api")
    first, second = [await alice.upload(PICTURES / "chelsea.png") for _ in range(2)]
    stream = alice.progress(second["id"])
    assert (await anext(stream))["queuePosition"] == 2

    await alice.ask("mutation($id: ID!) { cancelJob(id: $id) { __typename } }", id=first["id"])

    assert (await anext(stream))["queuePosition"] == 1
    await stream.aclose()  # type: ignore[attr-defined]


async def test_the_queue_tells_the_wait_before_an_upload(server: Server, alice: Viewer) -> None:
    server.start("api", "worker")
    query = "{ queue { length processing modelSeconds estimatedWaitSeconds } }"

    async def with_a_worker() -> dict[str, float] | None:
        queue = (await alice.ask(query))["queue"]
        return queue if queue["modelSeconds"] else None

    empty = await eventually(with_a_worker, what="the worker being seen")
    assert empty == {"length": 0, "processing": 0, "modelSeconds": 0.5, "estimatedWaitSeconds": 0.0}


async def test_a_cancelled_running_job_makes_room_for_the_next(server: Server, alice: Viewer) -> None:
    server.settings = server.settings.model_copy(update={"model_seconds": 60.0})
    server.start("api", "worker")
    running, waiting = [await alice.upload(PICTURES / "chelsea.png") for _ in range(2)]
    stream = alice.progress(running["id"])
    while (await anext(stream))["stage"] != "GENERATING":
        pass

    answer = await alice.ask("mutation($id: ID!) { cancelJob(id: $id) { __typename } }", id=running["id"])

    assert answer["cancelJob"]["__typename"] == "Job"
    assert [p async for p in stream][-1]["state"] == "CANCELLED"
    async for progress in alice.progress(waiting["id"]):
        if progress["stage"] == "GENERATING":
            break


async def test_two_workers_are_two_slots_and_three_jobs_run_two_and_one(server: Server, alice: Viewer) -> None:
    server.settings = server.settings.model_copy(update={"model_seconds": 5.0})
    server.start("api", "worker-1", "worker-2")
    await eventually(lambda: _workers(alice, 2), what="both workers being there")

    jobs = [(await alice.upload(PICTURES / "chelsea.png", seconds=3))["id"] for _ in range(3)]
    told = (await alice.ask("{ queue { length processing } }"))["queue"]
    ended = await asyncio.gather(*(alice.finished(job) for job in jobs))
    query = "query($id: ID!) { job(id: $id) { startedAt finishedAt } }"
    times = [(await alice.ask(query, id=job))["job"] for job in jobs]

    assert [job["state"] for job in ended] == ["COMPLETED"] * 3
    assert told == {"length": 1, "processing": 2}
    assert times[1]["startedAt"] < times[0]["finishedAt"], "the second waited for the first"
    assert times[2]["startedAt"] >= min(times[0]["finishedAt"], times[1]["finishedAt"])


async def _workers(viewer: Viewer, count: int) -> bool:
    return bool((await viewer.http.get("/readyz")).json().get("workers") == count)
