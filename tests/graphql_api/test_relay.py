"""Relay's node, connection and global-id specifications, to the letter."""

from __future__ import annotations

import base64
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.asyncio import Redis

from i2v_core import keys
from i2v_core.jobs import Job, JobState, VideoOptions, new_id
from i2v_core.settings import Settings
from tests.conftest import PICTURES
from tests.fundamentals.conftest import alice, bob, server
from tests.fundamentals.server import Server, Viewer
from tests.fundamentals.watching import watch
from tests.graphql_api.asking import Asker, asking

__all__ = ["alice", "bob", "server"]

PAGE = """
query Page($first: Int!, $after: String) {
  jobs(first: $first, after: $after) {
    edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    totalCount
  }
}
"""
NODE = """
query Node($id: ID!) {
  node(id: $id) { __typename id ... on Job { state } ... on Playback { jobId segmentCount complete mimeType expiresAt } }
}
"""


@pytest.fixture
async def asker(settings: Settings) -> AsyncIterator[Asker]:
    async with asking(settings) as asker:
        yield asker


async def a_job(asker: Asker, age: float = 0) -> str:
    """A job that waits, `age` seconds old."""
    viewer, now = asker.context.viewer, time.time()
    job = Job(
        new_id("job"), viewer, "a.png", JobState.QUEUED, VideoOptions(), now - age, width=4, height=3, flow=viewer
    )
    await asker.context.services.queue.enqueue(job)
    return job.id


async def page(asker: Asker, first: int, after: str | None = None) -> dict[str, Any]:
    return dict((await asker.data(PAGE, first=first, after=after))["jobs"])


def ids(of: dict[str, Any]) -> list[str]:
    return [edge["node"]["id"] for edge in of["edges"]]


async def test_pages_follow_one_another_and_say_what_lies_around_them(asker: Asker) -> None:
    jobs = [await a_job(asker, age) for age in range(5)]

    one = await page(asker, 2)
    two = await page(asker, 2, one["pageInfo"]["endCursor"])
    three = await page(asker, 2, two["pageInfo"]["endCursor"])

    assert ids(one) + ids(two) + ids(three) == jobs
    assert [(p["pageInfo"]["hasPreviousPage"], p["pageInfo"]["hasNextPage"]) for p in (one, two, three)] == [
        (False, True),
        (True, True),
        (True, False),
    ]
    for each in (one, two, three):
        assert each["pageInfo"]["startCursor"] == each["edges"][0]["cursor"]
        assert each["pageInfo"]["endCursor"] == each["edges"][-1]["cursor"]
        assert each["totalCount"] == 5


async def test_an_empty_page_has_no_cursors(asker: Asker) -> None:
    empty = await page(asker, 10)

    assert empty["edges"] == []
    assert empty["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": False,
        "startCursor": None,
        "endCursor": None,
    }


async def test_first_may_be_none_at_all(asker: Asker) -> None:
    await a_job(asker)

    assert (await page(asker, 0))["edges"] == []
    assert (await page(asker, 0))["pageInfo"]["hasNextPage"] is True


async def test_a_cursor_outlives_its_job(asker: Asker) -> None:
    newest, middle, oldest = [await a_job(asker, age) for age in (0, 10, 20)]
    cursor = (await page(asker, 2))["pageInfo"]["endCursor"]

    await asker.context.services.queue.delete(middle, asker.context.viewer)
    assert ids(await page(asker, 2, cursor)) == [oldest]
    assert (await page(asker, 2, cursor))["pageInfo"]["hasPreviousPage"] is True

    await asker.context.services.queue.delete(newest, asker.context.viewer)
    assert (await page(asker, 2, cursor))["pageInfo"]["hasPreviousPage"] is False


async def test_a_cursor_stays_the_same(asker: Asker) -> None:
    await a_job(asker)
    before = (await page(asker, 1))["edges"][0]["cursor"]
    await a_job(asker)

    assert (await page(asker, 2))["edges"][1]["cursor"] == before


def sealed(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "é", "\ud800", "a" * 10_000, sealed("1"), sealed("1 job"), sealed("1 job_x' OR 1"), sealed("1 2 3")]
    + [sealed(f"{number} {new_id('job')}") for number in ("nan", "inf", "-inf", "-1", "1e308", "")],
)
async def test_a_cursor_that_is_none_is_bad_input(asker: Asker, cursor: str) -> None:
    [error] = await asker.errors(PAGE, {"first": 1, "after": cursor})

    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["path"] == ["jobs"]


async def test_a_node_is_found_by_its_id(asker: Asker) -> None:
    job = await a_job(asker)

    assert (await asker.data(NODE, id=job))["node"] == {"__typename": "Job", "id": job, "state": "QUEUED"}


async def test_nodes_come_in_the_order_of_their_ids(asker: Asker) -> None:
    one, two = await a_job(asker), await a_job(asker)

    found = await asker.data("query($ids:[ID!]!){nodes(ids:$ids){id}}", ids=[two, "nobody", one, two])

    assert found["nodes"] == [{"id": two}, None, {"id": one}, {"id": two}]


async def test_a_hundred_nodes_are_a_page(asker: Asker) -> None:
    query = "query($ids:[ID!]!){nodes(ids:$ids){id}}"

    assert await asker.code(query, {"ids": ["x"] * 101}) == "PAGE_TOO_LARGE"


@pytest.mark.parametrize(
    "node_id", ["", "x", "job_", "job_\x00", "playback_", "é" * 1000, new_id("job"), new_id("playback")]
)
async def test_an_id_of_nothing_is_null(asker: Asker, node_id: str) -> None:
    assert await asker.data(NODE, id=node_id) == {"node": None}


async def test_another_viewers_job_is_null(asker: Asker, settings: Settings) -> None:
    job = await a_job(asker)

    async with asking(settings) as other:
        assert await other.data(NODE, id=job) == {"node": None}


async def test_a_playback_is_a_node_while_it_lives(server: Server, alice: Viewer, bob: Viewer, redis: Redis) -> None:
    server.start("api", "worker")
    job = await alice.upload(PICTURES / "chelsea.png", seconds=3)
    await alice.finished(job["id"])
    watching = await watch(alice, job["id"])

    found = (await alice.ask(NODE, id=watching.id))["node"]
    again = "query($id:ID!){node(id:$id){...on Playback{initSegment tickets{index value} licence{wrapped}}}}"
    more = (await alice.ask(again.replace(" licence{wrapped}", ""), id=watching.id))["node"]
    answer = await alice.http.post("/graphql", json={"query": again, "variables": {"id": watching.id}})

    kept = {"__typename", "id", "jobId", "segmentCount", "complete", "mimeType", "expiresAt"}
    assert found == {
        **{name: value for name, value in watching.playback.items() if name in kept},
        "jobId": job["id"],
    }
    assert more["initSegment"] == watching.playback["initSegment"]
    assert {ticket["index"] for ticket in more["tickets"]} == set(watching.tickets)
    assert not {ticket["value"] for ticket in more["tickets"]} & set(watching.tickets.values())
    assert answer.json()["errors"][0]["extensions"]["code"] == "LICENCE_GIVEN_ONCE"
    assert await bob.ask(NODE, id=watching.id) == {"node": None}
    run = str(await redis.hget(keys.job(job["id"]), "run"))
    await redis.hset(keys.job(job["id"]), "run", "99")
    assert await alice.ask(NODE, id=watching.id) == {"node": None}, "its video is being made again"
    await redis.hset(keys.job(job["id"]), "run", run)
    assert (await alice.ask(NODE, id=watching.id))["node"] == found
    await alice.ask("mutation($id:ID!){deleteJob(id:$id){__typename}}", id=job["id"])
    assert await alice.ask(NODE, id=watching.id) == {"node": None}
