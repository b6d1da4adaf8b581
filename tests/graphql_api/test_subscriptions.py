"""What can be watched, as the schema gives it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from graphql_api.app import build_api
from graphql_api.context import Context
from graphql_api.schema import schema
from graphql_api.subscriptions import MAX_KNOWN
from i2v_core.settings import Settings
from i2v_core.tasks import ended
from i2v_core.viewers import Identity
from tests.conftest import eventually
from tests.i2v_core.test_queue import new_job

PROGRESS = """subscription($id: ID!, $after: Int) { jobProgress(jobId: $id, after: $after) {
  __typename ... on JobProgress { state version } } }"""
JOBS = """subscription($known: [KnownJob!]) { viewerJobs(known: $known) {
  __typename ... on JobProgress { job { id } version } ... on JobDeleted { jobId } } }"""
QUEUE = "subscription { queueChanged { length processing modelSeconds estimatedWaitSeconds paused slots { percent isMine } } }"


@pytest.fixture
async def context(settings: Settings) -> AsyncIterator[Context]:
    api = build_api(settings)
    hub = asyncio.create_task(api.services.hub.run())

    async def listens() -> bool:
        return bool(dict(await api.redis.pubsub_numsub("i2v:events"))["i2v:events"])

    await eventually(listens, what="the hub listening")
    yield Context(Identity("viewer_a", "flow_a"), api.services)
    await ended(hub)
    await api.redis.aclose()


async def first(context: Context, text: str, count: int, **variables: Any) -> list[Any]:
    """The first results of a subscription, as many as asked for or until its end."""
    results: list[Any] = []
    stream: Any = await schema.subscribe(text, variable_values=variables, context_value=context)
    async with aclosing(stream):
        async for result in stream:
            results.append(result.errors or next(iter(result.data.values())))
            if len(results) == count:
                break
    return results


async def test_a_job_goes_on_after_the_version_that_is_known(context: Context) -> None:
    job = new_job("viewer_a")
    await context.services.queue.enqueue(job)
    await context.services.queue.cancel(job.id, "viewer_a")

    end = {"__typename": "JobProgress", "state": "CANCELLED", "version": 2}
    assert await first(context, PROGRESS, 5, id=job.id) == [end]
    assert await first(context, PROGRESS, 5, id=job.id, after=1) == [end]
    assert await first(context, PROGRESS, 5, id=job.id, after=2) == []


async def test_all_jobs_go_on_from_those_that_are_known(context: Context) -> None:
    kept, gone = new_job("viewer_a"), new_job("viewer_a")
    for job in (kept, gone):
        await context.services.queue.enqueue(job)
    await context.services.queue.delete(gone.id, "viewer_a")
    await context.services.queue.begin(kept.id)

    known = [{"id": kept.id, "version": 1}, {"id": gone.id, "version": 1}]
    assert await first(context, JOBS, 2, known=known) == [
        {"__typename": "JobProgress", "job": {"id": kept.id}, "version": 2},
        {"__typename": "JobDeleted", "jobId": gone.id},
    ]


async def test_knowing_too_many_is_refused(context: Context) -> None:
    known = [{"id": f"job_{number}", "version": 1} for number in range(MAX_KNOWN + 1)]

    ((error,),) = await first(context, JOBS, 1, known=known)

    assert error.extensions["code"] == "BAD_USER_INPUT"


async def test_the_queue_stands_at_once_and_changes(context: Context) -> None:
    stream: Any = await schema.subscribe(QUEUE, context_value=context)
    async with aclosing(stream):
        empty = (await anext(stream)).data["queueChanged"]
        await context.services.queue.enqueue(new_job("viewer_b"))
        longer = (await anext(stream)).data["queueChanged"]

    assert empty == {
        "length": 0, "processing": 0, "modelSeconds": None, "estimatedWaitSeconds": None, "paused": False,
        "slots": [],
    }  # fmt: skip
    assert longer["length"] == 1
    assert context.services.hub.sizes() == {"mailboxes": 0, "watched": 0, "queue": 0}
