"""Everybody in turn, bounds that say when to come again, and uploads that can be repeated without harm."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.conftest import PICTURES, eventually
from tests.fundamentals.server import UPLOAD, Server, Viewer

PHOTO = PICTURES / "chelsea.png"
RETRY = "mutation($id: ID!) { retryJob(id: $id) { __typename ... on Job { id state attempt } ... on Refusal { code howToFix } } }"
CANCEL = "mutation($id: ID!) { cancelJob(id: $id) { __typename } }"
MOVE = """mutation($id: ID!, $before: ID) {
  moveJob(id: $id, before: $before) { __typename ... on Job { id progress { queuePosition } } ... on Refusal { code } }
}"""
REMAINING = "query($id: ID!) { job(id: $id) { progress { remainingSeconds } } }"
QUEUE = "{ queue { length estimatedWaitSeconds paused } }"


def from_elsewhere(viewer: Viewer, address: str) -> Viewer:
    """As a front would forward it."""
    viewer.http.headers["X-Forwarded-For"] = address
    return viewer


@pytest.fixture
def server(server: Server) -> Server:
    """Behind a front on this machine, which names its clients."""
    server.settings = server.settings.model_copy(update={"trusted_proxies": "127.0.0.1"})
    return server


@pytest.fixture
async def carol(server: Server) -> AsyncIterator[Viewer]:
    viewer = from_elsewhere(Viewer(server), "2001:db8:1:2::3")
    yield viewer
    await viewer.http.aclose()


async def places(viewer: Viewer) -> list[int]:
    answer = await viewer.ask("{ jobs(first: 100) { edges { node { progress { queuePosition } } } } }")
    return sorted(edge["node"]["progress"]["queuePosition"] for edge in answer["jobs"]["edges"])


async def test_one_picture_of_somebody_else_does_not_wait_for_all_of_mine(
    server: Server, alice: Viewer, bob: Viewer
) -> None:
    server.start("api")
    from_elsewhere(alice, "192.0.2.1"), from_elsewhere(bob, "192.0.2.2")
    for _ in range(10):
        await alice.upload(PHOTO)
    told = (await bob.ask(QUEUE))["queue"]

    await bob.upload(PHOTO)

    assert told["length"] == 10
    assert await places(bob) == [2]
    assert await places(alice) == [1, 3, 4, 5, 6, 7, 8, 9, 10, 11]


async def test_throwing_cookies_away_gains_nothing(server: Server, alice: Viewer, carol: Viewer) -> None:
    server.settings = server.settings.model_copy(
        update={"waiting_per_viewer": 8, "uploads_in_flight": 100, "uploads_per_minute": 200}
    )
    server.start("api")
    from_elsewhere(alice, "192.0.2.1")

    async def upload_as_a_stranger(number: int) -> dict[str, Any]:
        stranger = from_elsewhere(Viewer(server), f"10.0.0.{number}, 192.0.2.7")
        try:
            return await stranger.upload(PHOTO)
        finally:
            await stranger.http.aclose()

    answers = [
        answer
        for start in range(0, 100, 20)
        for answer in await asyncio.gather(*map(upload_as_a_stranger, range(start, start + 20)))
    ]
    await alice.upload(PHOTO)
    await carol.upload(PHOTO)

    taken = [answer for answer in answers if answer["__typename"] == "Job"]
    refused = {answer.get("code") for answer in answers if answer["__typename"] != "Job"}
    assert len(taken) == 8
    assert refused == {"TOO_MANY_WAITING"}
    assert await places(alice) == [2]
    assert await places(carol) == [3]


async def test_a_forged_address_is_believed_from_nobody_but_the_listed_proxies(server: Server, alice: Viewer) -> None:
    server.settings = server.settings.model_copy(update={"trusted_proxies": "192.0.2.0/24", "waiting_per_viewer": 1})
    server.start("api")

    first = await from_elsewhere(alice, "198.51.100.1").upload(PHOTO)
    second = await from_elsewhere(alice, "198.51.100.2").upload(PHOTO)

    assert (first["__typename"], second["code"]) == ("Job", "TOO_MANY_WAITING")


async def test_a_refusal_says_what_is_full_and_when_to_come_again(server: Server, alice: Viewer) -> None:
    server.settings = server.settings.model_copy(update={"waiting_per_viewer": 1, "model_seconds": 30.0})
    server.start("api", "worker")
    running = await alice.upload(PHOTO)
    await anext(p async for p in alice.progress(running["id"]) if p["state"] == "PROCESSING")
    await alice.upload(PHOTO)

    before = (await alice.ask(REMAINING, id=running["id"]))["job"]["progress"]["remainingSeconds"]
    refused = await _upload(alice)
    after = (await alice.ask(REMAINING, id=running["id"]))["job"]["progress"]["remainingSeconds"]

    assert (refused["code"], refused["limit"]["value"]) == ("TOO_MANY_WAITING", 1)
    # When the one that is being made is done. Half a second either way: its percent is told in steps.
    assert after - 0.5 <= refused["retryAfterSeconds"] <= before + 0.5
    await alice.ask(CANCEL, id=running["id"])

    async def is_taken() -> bool:
        return (await _upload(alice))["__typename"] == "Job"

    await eventually(is_taken, what="a place being free again")


async def test_the_same_upload_again_is_the_same_job(server: Server, alice: Viewer, bob: Viewer) -> None:
    server.settings = server.settings.model_copy(update={"waiting_per_viewer": 1})
    server.start("api")
    from_elsewhere(alice, "192.0.2.1"), from_elsewhere(bob, "192.0.2.2")

    first = await _upload(alice, key="a")
    again = await _upload(alice, key="a")
    other = await _upload(alice, key="a", picture="coffee.png")
    theirs = await _upload(bob, key="a")
    too_long = await _upload(bob, key="x" * 300)

    assert again["id"] == first["id"], "an upload whose answer was lost became two jobs"
    assert other["code"] == "IDEMPOTENCY_KEY_USED"
    assert theirs["id"] != first["id"]
    assert too_long["code"] == "WRONG_OPTIONS"
    assert len(list(server.settings.media_path.glob("job_*"))) == 2


async def test_at_once_the_same_upload_is_one_job_too(server: Server, alice: Viewer) -> None:
    server.start("api")
    await alice.http.get("/healthz")

    answers = await asyncio.gather(*(_upload(alice, key="same") for _ in range(5)))

    assert len({answer["id"] for answer in answers}) == 1
    assert len(list(server.settings.media_path.glob("job_*"))) == 1


async def test_a_cancelled_job_is_made_again(server: Server, alice: Viewer) -> None:
    server.start("api")
    job = await alice.upload(PHOTO, seconds=3)
    assert (await alice.ask(RETRY, id=job["id"]))["retryJob"]["code"] == "JOB_NOT_OVER"
    await alice.ask(CANCEL, id=job["id"])

    again = (await alice.ask(RETRY, id=job["id"]))["retryJob"]
    server.start("worker")

    assert (again["state"], again["attempt"]) == ("QUEUED", 0)
    last = await alice.finished(job["id"])
    assert (last["state"], last["attempt"]) == ("COMPLETED", 1)


async def test_i_change_the_order_of_mine(server: Server, alice: Viewer, bob: Viewer) -> None:
    server.start("api")
    first, second = [(await alice.upload(PHOTO))["id"] for _ in range(2)]

    moved = (await alice.ask(MOVE, id=second, before=first))["moveJob"]
    foreign = (await bob.ask(MOVE, id=second, before=first))["moveJob"]

    assert moved == {"__typename": "Job", "id": second, "progress": {"queuePosition": 1}}
    assert foreign["code"] == "JOB_NOT_FOUND"
    assert (await alice.ask(MOVE, id=first, before="job_" + "0" * 24))["moveJob"]["code"] == "JOB_NOT_WAITING"


async def test_who_falls_back_because_of_fairness_is_told_so(server: Server, alice: Viewer, bob: Viewer) -> None:
    server.start("api")
    from_elsewhere(alice, "192.0.2.1"), from_elsewhere(bob, "192.0.2.2")
    await alice.upload(PHOTO)
    second = await alice.upload(PHOTO)
    query = "subscription($id: ID!) { jobProgress(jobId: $id) { ... on JobProgress { queuePosition placesLost } } }"

    async with alice.subscription(query, id=second["id"]) as events:
        assert (await anext(events))["jobProgress"] == {"queuePosition": 2, "placesLost": 0}
        await bob.upload(PHOTO)

        assert (await anext(events))["jobProgress"] == {"queuePosition": 3, "placesLost": 1}


async def _upload(viewer: Viewer, *, key: str | None = None, picture: str = "chelsea.png") -> dict[str, Any]:
    query = UPLOAD.replace("$options: VideoOptions)", "$options: VideoOptions, $key: String)").replace(
        "options: $options)", "options: $options, idempotencyKey: $key)"
    )
    query = query.replace("limit { name value unit }", "retryAfterSeconds limit { name value unit }")
    operations = {"query": query, "variables": {"image": None, "options": None, "key": key}}
    answer: httpx.Response = await viewer.http.post(
        "/graphql",
        data={"operations": json.dumps(operations), "map": json.dumps({"0": ["variables.image"]})},
        files={"0": (picture, (PICTURES / picture).read_bytes())},
        headers={"X-I2V-Request": "1"},
    )
    return dict(answer.json()["data"]["uploadImage"])
