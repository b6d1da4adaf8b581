"""A job's progress as server-sent events: from what stands to the end, and on from where a reader broke off."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from graphql_api.app import Api, build_api
from i2v_core.jobs import Failure, Job, new_id
from i2v_core.settings import Settings
from i2v_core.viewer_middleware import ViewerMiddleware
from tests.conftest import eventually
from tests.fundamentals.server import Server
from tests.graphql_api.serving import client, serving, upload
from tests.i2v_core.test_queue import new_job


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("events")) as server:
        yield server


@pytest.fixture
def alice(server: Server) -> Iterator[httpx.Client]:
    with client(server) as viewer:
        yield viewer


@contextmanager
def watching(viewer: httpx.Client, address: str, **headers: str) -> Iterator[Iterator[dict[str, Any]]]:
    """The events of a job as they come: `event`, `id` and `data`."""
    with viewer.stream("GET", f"{address}/events", headers=headers) as answer:
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield parsed(answer.iter_lines())


def parsed(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    event: dict[str, Any] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if line == "" and "data" in event:
            yield event
            event = {}
        elif name in ("event", "id"):
            event[name] = value
        elif name == "data":
            event["data"] = json.loads(value)


def test_a_job_is_watched_from_the_queue_to_its_end(server: Server, alice: httpx.Client) -> None:
    address = upload(alice).headers["Location"]
    with watching(alice, address) as events:
        first = next(events)
        server.start("worker")
        rest = list(events)
    server.stop("worker")

    assert (first["event"], first["data"]["state"]) == ("progress", "QUEUED")
    assert first["data"] | {"queuePosition": 1} == first["data"]
    assert [event["event"] for event in rest] == ["progress"] * (len(rest) - 1) + ["end"]
    assert rest[-1]["data"] == {"jobId": address.rsplit("/", 1)[-1], "state": "COMPLETED"}
    assert rest[-2]["data"] == alice.get(address).json()
    versions = [int(event["id"]) for event in [first, *rest]]
    assert versions == sorted(versions)
    assert {"PROCESSING", "COMPLETED"} <= {event["data"]["state"] for event in rest}


def test_who_comes_back_is_told_nothing_older_again(alice: httpx.Client) -> None:
    address = upload(alice).headers["Location"]
    with watching(alice, address) as events:
        queued = next(events)
    alice.post(f"{address}/cancel")

    with watching(alice, address, **{"Last-Event-ID": queued["id"]}) as events:
        missed = list(events)
    ended = alice.get(f"{address}/events", headers={"Last-Event-ID": missed[-1]["id"]})
    with watching(alice, address) as events:
        anew = list(events)

    assert [(event["event"], event["data"]["state"]) for event in missed] == [
        ("progress", "CANCELLED"),
        ("end", "CANCELLED"),
    ]
    assert int(missed[0]["id"]) > int(queued["id"])
    assert (ended.status_code, ended.content) == (204, b""), "an EventSource would ask for ever"
    assert anew == missed


def test_a_waiting_job_is_told_again_because_its_place_may_be_another(alice: httpx.Client) -> None:
    address = upload(alice).headers["Location"]
    with watching(alice, address) as events:
        first = next(events)

    with watching(alice, address, **{"Last-Event-ID": first["id"]}) as events:
        again = next(events)

    assert (again["id"], again["data"]["state"]) == (first["id"], "QUEUED")


def test_what_has_been_read_is_not_told_again(alice: httpx.Client) -> None:
    address = upload(alice).headers["Location"]

    with watching(alice, address, **{"Last-Event-ID": "2"}) as events:
        alice.post(f"{address}/cancel")  # that is version 2: its progress was read, its end was lost
        told = list(events)

    assert [(event["event"], event["id"]) for event in told] == [("end", "2")]


def test_a_job_that_is_deleted_ends_the_stream(alice: httpx.Client) -> None:
    address = upload(alice).headers["Location"]

    with watching(alice, address) as events:
        next(events)
        alice.delete(address)
        rest = list(events)

    assert rest[-1] == {"event": "deleted", "data": {"jobId": address.rsplit("/", 1)[-1]}}
    assert alice.get(f"{address}/events").status_code == 404


def test_head_is_refused_where_get_would_be_and_takes_no_place(tmp_path: Path) -> None:
    with serving(tmp_path, subscriptions_per_viewer=1) as bounded, client(bounded) as viewer:
        address = f"{upload(viewer).headers['location']}/events"
        free = [viewer.head(address).status_code for _ in range(2)]
        with viewer.stream("GET", address) as first:
            refused = viewer.head(address)

            assert (first.status_code, free, refused.status_code) == (200, [200, 200], 429)


@pytest.mark.parametrize("wrong", ["x", "-1", "1.5", "9" * 30, "\u00b2"])
def test_what_is_no_event_id_is_told(alice: httpx.Client, wrong: str) -> None:
    address = upload(alice).headers["Location"]

    answer = alice.get(f"{address}/events", headers={"Last-Event-ID": wrong.encode()})  # type: ignore[dict-item]

    assert (answer.status_code, answer.json()["code"]) == (400, "BAD_REQUEST")


class Reader:
    """One that reads as slowly as it likes: an ASGI server's side of a connection."""

    def __init__(self, address: str, cookie: str) -> None:
        self.received: list[str] = []
        self.reads = asyncio.Event()
        self.left = asyncio.Event()
        self.scope = {
            "type": "http",
            "method": "GET",
            "path": f"{address}/events",
            "query_string": b"",
            "scheme": "http",
            "headers": [(b"cookie", f"i2v_viewer={cookie}".encode())],
        }

    async def receive(self) -> dict[str, Any]:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        await self.reads.wait()
        self.received.append(message.get("body", b"").decode())


async def queued_job(api: Api, viewer: str) -> Job:
    job = replace(new_job(), viewer=viewer)
    await api.services.queue.enqueue(job)
    return job


@pytest.fixture
async def served(settings: Settings) -> AsyncIterator[tuple[Api, ViewerMiddleware]]:
    """The API in this process, to look into it."""
    api = build_api(settings)
    app = ViewerMiddleware(Starlette(routes=api.routes))
    async with api.lifespan(app):
        yield api, app


async def test_readers_that_vanish_leave_nothing_behind(served: tuple[Api, ViewerMiddleware]) -> None:
    api, app = served
    viewer = new_id("viewer")
    job = await queued_job(api, viewer)
    readers = [Reader(f"/api/jobs/{job.id}", app.cookie.sign(viewer)) for _ in range(20)]  # type: ignore[union-attr]
    running = [asyncio.create_task(app(reader.scope, reader.receive, reader.send)) for reader in readers]

    async def all_watch() -> bool:
        return len(api.services.hub._jobs.get(job.id, ())) == len(readers)

    await eventually(all_watch, what="everybody watching")
    for number, reader in enumerate(readers):
        if number % 2:
            reader.reads.set()  # half of them have read something, half are stuck in their first byte
        reader.left.set()
    await asyncio.wait_for(asyncio.gather(*running, return_exceptions=True), 10)

    assert job.id not in api.services.hub._jobs


async def test_a_slow_reader_is_told_the_newest_and_costs_no_memory(served: tuple[Api, ViewerMiddleware]) -> None:
    api, app = served
    viewer = new_id("viewer")
    job = await queued_job(api, viewer)
    reader = Reader(f"/api/jobs/{job.id}", app.cookie.sign(viewer))  # type: ignore[union-attr]
    running = asyncio.create_task(app(reader.scope, reader.receive, reader.send))

    async def watches() -> bool:
        return job.id in api.services.hub._jobs

    await eventually(watches, what="the reader watching")
    run = await api.services.queue.begin(job.id)
    for percent in range(100):
        await api.services.queue.report(job.id, run or 0, percent=float(percent))
    await api.services.queue.fail(job.id, run or 0, Failure("MODEL_FAILED", "It broke.", "Try again."))

    async def delivered() -> bool:
        (mailbox,) = api.services.hub._jobs[job.id]
        return any("FAILED" in repr(change) for change in mailbox._changes.values())

    await eventually(delivered, what="the end being delivered")
    reader.reads.set()
    await asyncio.wait_for(running, 10)

    events = "".join(reader.received)
    assert events.count("event: progress") <= 2, "what was not read was kept"
    assert '"state": "FAILED"' in events
    assert events.count("event: end") == 1


async def test_a_stream_without_news_says_that_it_is_still_there(
    served: tuple[Api, ViewerMiddleware], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graphql_api.rest.events._KEEP_ALIVE", 0.05)
    api, app = served
    viewer = new_id("viewer")
    job = await queued_job(api, viewer)
    reader = Reader(f"/api/jobs/{job.id}", app.cookie.sign(viewer))  # type: ignore[union-attr]
    reader.reads.set()
    running = asyncio.create_task(app(reader.scope, reader.receive, reader.send))

    async def was_told() -> bool:
        return reader.received.count(": still here\n\n") >= 2

    await eventually(was_told, what="two signs of life")
    await api.services.queue.cancel(job.id, viewer)
    await asyncio.wait_for(running, 10)

    assert "event: end" in "".join(reader.received), "a change was lost to a sign of life"
