"""Making a job again: by the bounds and in the turns of who asks, wherever its picture was uploaded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from redis.asyncio import Redis

from graphql_api.context import Context
from i2v_core import keys
from i2v_core.jobs import Job, new_id
from i2v_core.settings import Settings
from i2v_core.viewers import Identity
from tests.graphql_api.asking import Asker, asking
from tests.i2v_core.test_queue import new_job

RETRY = "mutation($id:ID!){retryJob(id:$id){__typename ... on Job{state} ... on Refusal{code howToFix limit{value}}}}"
CAFE, HOME = "the address of a café", "the address at home"


@pytest.fixture
async def asker(settings: Settings) -> AsyncIterator[Asker]:
    async with asking(settings, waiting_per_viewer=2, uploads_per_minute=4) as asker:
        yield asker


def at(asker: Asker, address: str) -> Asker:
    """The same viewer at another address."""
    return Asker(Context(Identity(asker.context.viewer, address), asker.context.services))


async def cancelled_job(asker: Asker, address: str) -> Job:
    services, viewer = asker.context.services, asker.context.viewer
    job = replace(new_job(viewer), flow=address)
    services.media.folder(job.id).mkdir(parents=True)
    services.media.picture_path(job.id).write_bytes(b"picture")
    await services.queue.enqueue(job)
    await services.queue.cancel(job.id, viewer)
    return job


async def retry(asker: Asker, job_id: str) -> dict[str, Any]:
    return dict((await asker.data(RETRY, id=job_id))["retryJob"])


async def test_it_stands_in_the_line_of_who_asks(asker: Asker, redis: Redis) -> None:
    job = await cancelled_job(asker, CAFE)

    assert await retry(at(asker, HOME), job.id) == {"__typename": "Job", "state": "QUEUED"}

    assert await redis.zrange(keys.flow(HOME), 0, -1) == [job.id]
    assert await redis.zcard(keys.flow(CAFE)) == 0
    stored = await asker.context.services.queue.get(job.id)
    assert stored is not None
    assert stored.flow == HOME


async def test_whoever_is_where_it_was_uploaded_has_their_whole_bound(asker: Asker) -> None:
    jobs = [await cancelled_job(asker, CAFE) for _ in range(3)]

    answers = [await retry(at(asker, HOME), job.id) for job in jobs]

    assert [answer.get("code") for answer in answers] == [None, None, "TOO_MANY_WAITING"]
    async with asker.context.services.admission.admitted(CAFE, "viewer_b"):
        pass


async def test_it_counts_as_an_upload_of_the_minute(asker: Asker) -> None:
    home, queue = at(asker, HOME), asker.context.services.queue
    job = await cancelled_job(asker, CAFE)
    for _ in range(4):
        assert (await retry(home, job.id))["__typename"] == "Job"
        await queue.cancel(job.id, asker.context.viewer)

    refused = await retry(home, job.id)

    assert (refused["__typename"], refused["code"], refused["limit"]) == (
        "JobRefused",
        "TOO_MANY_UPLOADS",
        {"value": 4},
    )


async def test_what_cannot_be_made_again_counts_for_nothing_and_says_what_can(asker: Asker) -> None:
    job = replace(new_job(asker.context.viewer), flow=HOME)
    await asker.context.services.queue.enqueue(job)

    for _ in range(5):
        refused = await retry(asker, job.id)
        assert (await retry(asker, new_id("job")))["__typename"] == "JobNotFound"

    assert refused["code"] == "JOB_NOT_OVER"
    assert "makeAnother" in refused["howToFix"]


async def test_without_its_picture_none_waits_a_turn_to_fail_again(asker: Asker, redis: Redis) -> None:
    job = await cancelled_job(asker, HOME)
    picture = asker.context.services.media.picture_path(job.id)
    picture.unlink()

    for _ in range(5):
        refused = await retry(at(asker, HOME), job.id)

    assert (refused["__typename"], refused["code"]) == ("JobRefused", "PICTURE_LOST")
    assert await redis.zcard(keys.flow(HOME)) == 0
    picture.write_bytes(b"picture")
    assert (await retry(at(asker, HOME), job.id))["__typename"] == "Job", "what was refused has counted for nothing"


async def test_a_picture_that_no_key_opens_is_lost(asker: Asker) -> None:
    job = await cancelled_job(asker, HOME)
    asker.context.services.media.picture_path(job.id).write_bytes(b"i2v-sealed-1\nwith a key that nobody has any more")

    assert (await retry(asker, job.id))["code"] == "PICTURE_LOST"


async def test_a_disk_in_trouble_may_be_well_again_when_its_turn_comes(asker: Asker) -> None:
    job = await cancelled_job(asker, HOME)
    picture = asker.context.services.media.picture_path(job.id)
    picture.unlink()
    picture.mkdir()  # nothing that can be read as a file

    assert (await retry(asker, job.id))["state"] == "QUEUED"
