"""Keeping ended jobs for longer, with all that belongs to them, and deleting many at once."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from redis.asyncio import Redis

from i2v_core import keys
from i2v_core.jobs import Job, JobState, new_id
from i2v_core.keeping import GRACE_SECONDS
from i2v_core.media import MediaStore
from i2v_core.settings import Settings
from tests.graphql_api.asking import Asker, asking
from tests.i2v_core.test_queue import VIDEO, new_job
from worker.sweep import sweep

HOUR = 3600
KEEP = """
mutation ($id: ID!, $until: DateTime!) {
  keepJob(id: $id, until: $until) {
    __typename
    ... on Job { id expiresAt }
    ... on Refusal { code message howToFix limit { name value unit } }
  }
}
"""
DELETE = "mutation ($ids: [ID!]!) { deleteJobs(ids: $ids) { __typename ... on JobsDeleted { jobIds } } }"


@pytest.fixture
async def asker(settings: Settings) -> AsyncIterator[Asker]:
    async with asking(settings, retention_hours=1, keep_at_most_hours=100) as asker:
        yield asker


async def a_job(asker: Asker, *, state: JobState = JobState.COMPLETED) -> Job:
    """A job of the asker in that state, with files in the media store; a completed one was watched once."""
    queue, services = asker.context.services.queue, asker.context.services
    job = new_job(asker.context.viewer)
    await queue.enqueue(job)
    services.media.put_init(job.id, 1, b"init")
    services.media.picture_path(job.id).write_bytes(b"picture")
    if state is JobState.CANCELLED:
        await queue.cancel(job.id, job.viewer)
    elif state is not JobState.QUEUED:
        run = await queue.begin(job.id) or 0
        if state is JobState.COMPLETED:
            await queue.complete(job.id, run, segments=10, video=replace(VIDEO, marked=True))
            stored = await queue.get(job.id)
            assert stored is not None
            assert await services.playbacks.open(stored) is not None
    stored = await queue.get(job.id)
    assert stored is not None
    return stored


async def keep(asker: Asker, job_id: str, seconds: float) -> dict[str, Any]:
    until = datetime.fromtimestamp(time.time() + seconds, UTC).isoformat()
    return dict((await asker.data(KEEP, id=job_id, until=until))["keepJob"])


async def lives(redis: Redis, *names: str) -> list[float]:
    """Hours that each of the keys has left."""
    return [round(await redis.pttl(name) / 1000 / HOUR, 1) for name in names]


async def test_a_kept_job_lives_on_with_every_key_of_it(asker: Asker, redis: Redis) -> None:
    job = await a_job(asker)
    of_it = [key async for key in redis.scan_iter() if job.id in key]
    assert sorted(of_it) == sorted([keys.job(job.id), keys.viewings(job.id)])
    assert await lives(redis, *of_it) == [1.0, 1.0]

    answer = await keep(asker, job.id, 99 * HOUR)

    assert answer["__typename"] == "Job"
    assert datetime.fromisoformat(answer["expiresAt"]).timestamp() == pytest.approx(time.time() + 99 * HOUR, abs=60)
    assert await lives(redis, *of_it) == [99.0, 99.0]
    assert (await lives(redis, keys.viewer_jobs(job.viewer)))[0] >= 99


async def test_the_list_of_jobs_lives_as_long_as_the_longest_kept_one(settings: Settings, redis: Redis) -> None:
    async with asking(settings, retention_hours=1, keep_at_most_hours=10_000) as asker:
        job = await a_job(asker)
        await keep(asker, job.id, 9000 * HOUR)

        await a_job(asker)
        cancelled = await a_job(asker, state=JobState.CANCELLED)
        assert (await asker.data(f'mutation{{retryJob(id:"{cancelled.id}"){{__typename}}}}'))["retryJob"] == {
            "__typename": "Job"
        }

    assert await lives(redis, keys.viewer_jobs(job.viewer), keys.job(job.id)) == [9000.0, 9000.0]


async def test_keeping_never_shortens(asker: Asker, redis: Redis) -> None:
    job = await a_job(asker)
    await keep(asker, job.id, 50 * HOUR)
    version = (await asker.context.services.queue.get(job.id)).version  # type: ignore[union-attr]

    answer = await keep(asker, job.id, 2 * HOUR)

    assert answer["__typename"] == "Job"
    assert await lives(redis, keys.job(job.id)) == [50.0]
    stored = await asker.context.services.queue.get(job.id)
    assert stored is not None
    assert stored.version == version, "nothing has changed"


async def test_a_kept_job_that_is_made_again_is_kept_as_long(asker: Asker, redis: Redis) -> None:
    queue, job = asker.context.services.queue, await a_job(asker, state=JobState.CANCELLED)
    await keep(asker, job.id, 50 * HOUR)

    await asker.data(f'mutation{{retryJob(id:"{job.id}"){{__typename}}}}')
    assert (await lives(redis, keys.job(job.id)))[0] >= 50
    run = await queue.begin(job.id) or 0
    await queue.complete(job.id, run, segments=10, video=VIDEO)

    assert await lives(redis, keys.job(job.id)) == [50.0]
    stored = await queue.get(job.id)
    assert stored is not None
    assert stored.expires_at == pytest.approx(time.time() + 50 * HOUR, abs=60)


@pytest.mark.parametrize("seconds", [-1, -HOUR, 100 * HOUR + GRACE_SECONDS + 30, 1e9])
async def test_a_time_that_is_not_allowed_is_refused_with_the_limit(asker: Asker, redis: Redis, seconds: float) -> None:
    job = await a_job(asker)

    answer = await keep(asker, job.id, seconds)

    assert (answer["__typename"], answer["code"]) == ("JobRefused", "WRONG_KEEP_TIME")
    assert answer["limit"] == {"name": "keeping", "value": 100, "unit": "hours"}
    assert await lives(redis, keys.job(job.id)) == [1.0]


async def test_just_what_is_allowed_may_be_asked_for_by_a_clock_that_is_ahead(asker: Asker, redis: Redis) -> None:
    job = await a_job(asker)

    assert (await keep(asker, job.id, 100 * HOUR + GRACE_SECONDS / 2))["__typename"] == "Job"

    assert await redis.pttl(keys.job(job.id)) <= 100 * HOUR * 1000


async def test_the_limit_is_never_below_the_retention(settings: Settings) -> None:
    async with asking(settings, retention_hours=200, keep_at_most_hours=100) as asker:
        assert await asker.data("{limits{keepAtMostHours}}") == {"limits": {"keepAtMostHours": 200}}


@pytest.mark.parametrize("most", [100, 50])
async def test_no_more_than_the_retention_switches_keeping_off(settings: Settings, redis: Redis, most: float) -> None:
    async with asking(settings, retention_hours=100, keep_at_most_hours=most) as asker:
        job = await a_job(asker)
        await redis.hset(keys.job(job.id), "expires_at", f"{time.time() + 10 * HOUR:.3f}")  # it ended four days ago

        answer = await keep(asker, job.id, 99 * HOUR)

        assert (answer["__typename"], answer["code"]) == ("JobRefused", "WRONG_KEEP_TIME")
        assert "switched off" in answer["message"]
        stored = await asker.context.services.queue.get(job.id)
        assert stored is not None
        assert stored.expires_at == pytest.approx(time.time() + 10 * HOUR, abs=60)


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.PROCESSING])
async def test_only_ended_jobs_are_kept(asker: Asker, state: JobState) -> None:
    job = await a_job(asker, state=state)

    answer = await keep(asker, job.id, 2 * HOUR)

    assert (answer["__typename"], answer["code"]) == ("JobRefused", "JOB_NOT_OVER")


@pytest.mark.parametrize("job_id", ["", "job_x", new_id("job")])
async def test_what_is_not_there_is_not_kept(asker: Asker, job_id: str) -> None:
    assert (await keep(asker, job_id, 2 * HOUR))["__typename"] == "JobNotFound"


async def test_another_viewers_job_is_neither_kept_nor_deleted(asker: Asker, settings: Settings, redis: Redis) -> None:
    job = await a_job(asker)

    async with asking(settings, retention_hours=1) as other:
        assert (await keep(other, job.id, 20 * HOUR))["__typename"] == "JobNotFound"
        assert (await other.data(DELETE, ids=[job.id]))["deleteJobs"]["jobIds"] == []

    assert await lives(redis, keys.job(job.id)) == [1.0]


async def test_keeping_is_told_to_those_who_watch(asker: Asker, redis: Redis) -> None:
    job = await a_job(asker)
    async with redis.pubsub(ignore_subscribe_messages=True) as pubsub:
        await pubsub.subscribe(keys.EVENTS)
        await pubsub.get_message(ignore_subscribe_messages=False, timeout=5)

        await keep(asker, job.id, 20 * HOUR)

        told = Job.from_hash(json.loads((await pubsub.get_message(timeout=5))["data"])["job"])
    assert told.version == job.version + 1
    assert told.expires_at == pytest.approx(time.time() + 20 * HOUR, abs=60)


async def test_the_media_of_a_kept_job_are_kept(settings: Settings) -> None:
    async with asking(settings, retention_hours=3 / HOUR, keep_at_most_hours=10) as asker:
        kept, gone = await a_job(asker), await a_job(asker)
        assert (await keep(asker, kept.id, HOUR))["__typename"] == "Job"
        queue, media = asker.context.services.queue, MediaStore.of(settings)
        while await queue.get(gone.id):
            await asyncio.sleep(0.02)

        await sweep(queue, media, older_than=0)

        assert [found for found, _ in media.job_ids()] == [kept.id]
        assert await asker.context.services.playbacks.viewing_count(kept.id) == 1
        assert len(await asker.context.services.playbacks.viewings(kept.id)) == 1


async def test_many_are_deleted_in_one_step_and_only_those_that_were_there_are_told(
    asker: Asker, settings: Settings, redis: Redis
) -> None:
    states = (JobState.COMPLETED, JobState.QUEUED, JobState.PROCESSING, JobState.CANCELLED)
    mine = [(await a_job(asker, state=state)).id for state in states]
    async with asking(settings) as other:
        theirs = (await a_job(other)).id
        stays = (await a_job(asker)).id

        answer = (await asker.data(DELETE, ids=[*mine, mine[0], theirs, new_id("job"), "", "job_x"]))["deleteJobs"]

        assert answer == {"__typename": "JobsDeleted", "jobIds": mine}
        assert not [key async for key in redis.scan_iter() if any(job_id in key for job_id in mine)]
        assert {found for found, _ in MediaStore.of(settings).job_ids()} == {theirs, stays}
        assert await redis.zrange(keys.viewer_jobs(asker.context.viewer), 0, -1) == [stays]
        assert await other.context.services.queue.get(theirs) is not None


async def test_a_call_that_is_made_again_answers_the_same(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    job, queue = await a_job(asker), asker.context.services.queue
    monkeypatch.setattr("i2v_core.queue.secrets.token_hex", lambda _: "the same word")

    assert await queue.delete_many([job.id], job.viewer) == [job.id]
    assert await queue.delete_many([job.id], job.viewer) == [job.id]


async def test_at_most_a_hundred_at_once(asker: Asker) -> None:
    job = await a_job(asker)

    assert await asker.code(DELETE, {"ids": [job.id, *(new_id("job") for _ in range(100))]}) == "PAGE_TOO_LARGE"
    assert await asker.context.services.queue.get(job.id) is not None
