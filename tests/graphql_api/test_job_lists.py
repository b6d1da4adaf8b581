"""The list of jobs: some of them, in an order, page by page."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from graphql_api.cursors import cursor_of
from i2v_core import keys
from i2v_core.errors import Code
from i2v_core.job_list import JobOrder
from i2v_core.jobs import Failure, Job, JobState, VideoOptions, new_id
from i2v_core.settings import Settings
from tests.graphql_api.asking import Asker, asking

PAGE = """
query Page($first: Int! = 100, $after: String, $states: [JobState!], $search: String, $orderBy: JobOrder! = NEWEST) {
  jobs(first: $first, after: $after, states: $states, search: $search, orderBy: $orderBy) {
    edges { cursor node { id name state } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    totalCount
  }
}
"""


@pytest.fixture
async def asker(settings: Settings) -> AsyncIterator[Asker]:
    async with asking(settings, waiting_per_viewer=3000) as asker:
        yield asker


async def a_job(asker: Asker, name: str, age: float = 0, ended: JobState | None = None) -> str:
    """A job with that name, `age` seconds old; one that waits, or that was cancelled or has failed."""
    viewer, queue = asker.context.viewer, asker.context.services.queue
    job = Job(new_id("job"), viewer, name, JobState.QUEUED, VideoOptions(), time.time() - age, flow=viewer)
    await queue.enqueue(job)
    if ended is JobState.CANCELLED:
        await queue.cancel(job.id, viewer)
    elif ended is JobState.FAILED:
        run = await queue.begin(job.id)
        assert run
        assert await queue.fail(job.id, run, Failure(Code.MODEL_FAILED, "It broke.", "Try again."))
    return job.id


async def page(asker: Asker, **wanted: Any) -> dict[str, Any]:
    return dict((await asker.data(PAGE, **wanted))["jobs"])


def names(of: dict[str, Any]) -> list[str]:
    return [edge["node"]["name"] for edge in of["edges"]]


async def all_pages(asker: Asker, size: int, **wanted: Any) -> list[dict[str, Any]]:
    pages = [await page(asker, first=size, **wanted)]
    while pages[-1]["pageInfo"]["hasNextPage"]:
        pages.append(await page(asker, first=size, after=pages[-1]["pageInfo"]["endCursor"], **wanted))
    return pages


async def a_mixed_list(asker: Asker) -> None:
    await a_job(asker, "Beach.png", 50, JobState.CANCELLED)
    await a_job(asker, "ärger.png", 40)
    await a_job(asker, "apple.png", 30, JobState.FAILED)
    await a_job(asker, "beach ball.png", 20)
    await a_job(asker, "Cat.png", 10, JobState.CANCELLED)


ORDERED = {
    JobOrder.NEWEST: ["Cat.png", "beach ball.png", "apple.png", "ärger.png", "Beach.png"],
    JobOrder.OLDEST: ["Beach.png", "ärger.png", "apple.png", "beach ball.png", "Cat.png"],
    JobOrder.NAME: ["apple.png", "beach ball.png", "Beach.png", "Cat.png", "ärger.png"],
    JobOrder.EXPIRES_FIRST: ["Beach.png", "apple.png", "Cat.png", "ärger.png", "beach ball.png"],
}


@pytest.mark.parametrize("order", JobOrder)
async def test_every_order_goes_on_from_page_to_page(asker: Asker, order: JobOrder) -> None:
    await a_mixed_list(asker)

    pages = await all_pages(asker, 2, orderBy=order.value)

    assert [name for each in pages for name in names(each)] == ORDERED[order]
    assert [p["pageInfo"]["hasPreviousPage"] for p in pages] == [False, True, True]
    assert {p["totalCount"] for p in pages} == {5}
    for each in pages:
        assert each["pageInfo"]["startCursor"] == each["edges"][0]["cursor"]
        assert each["pageInfo"]["endCursor"] == each["edges"][-1]["cursor"]


@pytest.mark.parametrize("order", JobOrder)
async def test_a_cursor_outlives_its_job_in_every_order(asker: Asker, order: JobOrder) -> None:
    await a_mixed_list(asker)
    two = await page(asker, first=2, orderBy=order.value)

    await asker.context.services.queue.delete(two["edges"][1]["node"]["id"], asker.context.viewer)

    rest = await page(asker, first=2, orderBy=order.value, after=two["pageInfo"]["endCursor"])
    assert names(rest) == ORDERED[order][2:4]
    assert rest["totalCount"] == 4


async def test_by_states(asker: Asker) -> None:
    await a_mixed_list(asker)

    over = await all_pages(asker, 1, states=["FAILED", "CANCELLED"])

    assert [name for each in over for name in names(each)] == ["Cat.png", "apple.png", "Beach.png"]
    assert {p["totalCount"] for p in over} == {3}
    assert (await page(asker, states=["COMPLETED"]))["totalCount"] == 0
    assert (await page(asker, states=[]))["totalCount"] == 5


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("BEACH", ["beach ball.png", "Beach.png"]),
        ("  beach  ", ["beach ball.png", "Beach.png"]),
        ("ÄRGER", ["ärger.png"]),
        ("a\u0308rger", ["ärger.png"]),
        ("h b", ["beach ball.png"]),
        ("%", []),
        ("*.png", []),
        ("   ", ORDERED[JobOrder.NEWEST]),
    ],
)
async def test_by_a_part_of_the_name(asker: Asker, search: str, found: list[str]) -> None:
    await a_mixed_list(asker)

    answer = await page(asker, search=search)

    assert names(answer) == found
    assert answer["totalCount"] == len(found)


async def test_states_and_search_and_order_go_together(asker: Asker) -> None:
    await a_mixed_list(asker)

    pages = await all_pages(asker, 1, states=["CANCELLED", "QUEUED"], search="beach", orderBy="OLDEST")

    assert [name for each in pages for name in names(each)] == ["Beach.png", "beach ball.png"]


async def test_a_search_is_at_most_100_characters_long(asker: Asker) -> None:
    assert (await page(asker, search=" " * 50 + "x" * 100))["totalCount"] == 0

    [error] = await asker.errors(PAGE, {"search": "x" * 101})

    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["extensions"]["limit"] == {"name": "search", "value": 100, "unit": "characters"}


@pytest.mark.parametrize("order", JobOrder)
async def test_a_cursor_of_another_order_is_bad_input(asker: Asker, order: JobOrder) -> None:
    await a_mixed_list(asker)
    for other in set(JobOrder) - {order}:
        cursor = (await page(asker, first=1, orderBy=other.value))["pageInfo"]["endCursor"]

        assert await asker.code(PAGE, {"orderBy": order.value, "after": cursor}) == "BAD_USER_INPUT"


def sealed(*parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "\ud800", sealed(), sealed("NAME"), sealed("NAME", "a", 1.0), sealed("NAME", 1.0, 1.0, new_id("job"))]
    + [sealed("NAME", "a", at, new_id("job")) for at in (True, "1", -1.0, float("nan"), None, [], 1e300)]
    + [sealed("NAME", "a", 1.0, bad) for bad in (1, None, "job_x", new_id("playback"))]
    + [base64.urlsafe_b64encode(text).decode() for text in (b"[" * 10_000, b"{}", b"1", b'"NAME"', b"\xff")],
)
async def test_a_cursor_that_is_none_is_bad_input(asker: Asker, cursor: str) -> None:
    assert await asker.code(PAGE, {"orderBy": "NAME", "after": cursor}) == "BAD_USER_INPUT"


async def test_the_jobs_of_others_are_in_no_list(asker: Asker, settings: Settings) -> None:
    await a_mixed_list(asker)

    async with asking(settings) as other:
        for order in JobOrder:
            assert (await page(other, orderBy=order.value, search="png"))["totalCount"] == 0


async def scripts_run(asker: Asker) -> int:
    return int((await asker.context.services.queue.redis.info("commandstats"))["cmdstat_evalsha"]["calls"])


async def test_2000_jobs_are_read_in_one_round_trip_and_gone_ones_leave_the_list(asker: Asker) -> None:
    queue, viewer = asker.context.services.queue, asker.context.viewer
    made = [Job(new_id("job"), viewer, f"{n:04}.png", JobState.QUEUED, VideoOptions(), 1e9 + n) for n in range(2000)]
    async with queue.redis.pipeline(transaction=False) as pipe:
        for job in made:
            fields = {"id": job.id, "viewer": viewer, "name": job.name, "state": "QUEUED", "version": "1"}
            fields |= {"created_at": f"{job.created_at:.3f}", "options": json.dumps(job.options.to_dict())}
            pipe.hset(keys.job(job.id), mapping=fields)
            pipe.expire(keys.job(job.id), 60)
            pipe.zadd(keys.viewer_jobs(viewer), {job.id: int(job.created_at * 1000)})
        pipe.expire(keys.viewer_jobs(viewer), 60)
        await pipe.execute()
    await queue.redis.delete(keys.job(made[7].id))

    await page(asker, first=0, orderBy="NAME")
    before = await scripts_run(asker)
    middle = await page(asker, first=2, orderBy="NAME", after=cursor_of(made[999], JobOrder.NAME))

    assert names(middle) == ["1000.png", "1001.png"]
    assert middle["totalCount"] == 1999
    assert await scripts_run(asker) == before + 1
    assert await queue.redis.zcard(keys.viewer_jobs(viewer)) == 1999
