"""Links to videos: bounded, counted, revocable, never longer than their job, and nothing in Redis that would open one."""

from __future__ import annotations

import asyncio
import time

import pytest
from redis.asyncio import Redis

from i2v_core import keys
from i2v_core.errors import Code, OperationRefused
from i2v_core.jobs import Failure, Job, new_id
from i2v_core.keeping import GRACE_SECONDS, keep
from i2v_core.playbacks import Playback, Playbacks
from i2v_core.queue import JobQueue
from i2v_core.settings import Settings
from i2v_core.share_links import ShareLink, ShareLinks, digest, end_all_links, poster_name
from tests.conftest import eventually
from tests.i2v_core.test_playbacks import video_of
from tests.i2v_core.test_queue import new_job

HOUR = 3600.0


@pytest.fixture
def queue(redis: Redis, settings: Settings) -> JobQueue:
    return JobQueue(redis, settings)


@pytest.fixture
def links(redis: Redis, settings: Settings) -> ShareLinks:
    return ShareLinks(redis, settings)


@pytest.fixture
def playbacks(redis: Redis, settings: Settings) -> Playbacks:
    return Playbacks(redis, settings)


@pytest.fixture
async def job(queue: JobQueue) -> Job:
    return await video_of(queue)


async def made(links: ShareLinks, job: Job, seconds: float = HOUR) -> tuple[ShareLink, str]:
    link = await links.make(job.id, job.viewer, time.time() + seconds)
    assert link is not None
    return link


async def opened(playbacks: Playbacks, job: Job, secret: str, viewer: str = "viewer_b") -> Playback:
    playback = await playbacks.open(job, viewer=viewer, link=digest(secret))
    assert playback is not None
    return playback


async def test_a_link_is_found_by_its_secret_alone(links: ShareLinks, job: Job) -> None:
    link, secret = await made(links, job)

    assert await links.find(secret) == link
    for other in (digest(secret), poster_name(secret), link.id, secret[:-1], secret + "A", "", "é" * 43, "a" * 43):
        assert await links.find(other) is None
    assert await links.by_poster(poster_name(secret)) == link
    for other in (secret, digest(secret), link.id, ""):
        assert await links.by_poster(other) is None


async def test_redis_holds_nothing_that_opens_a_link(links: ShareLinks, job: Job, redis: Redis) -> None:
    _, secret = await made(links, job)

    held = [key async for key in redis.scan_iter()]
    for key in held:
        if await redis.type(key) == "hash":
            held += [f"{name} {value}" for name, value in (await redis.hgetall(key)).items()]
        elif await redis.type(key) == "string":
            held.append(await redis.get(key))
    assert any(digest(secret) in text for text in held)
    assert not [text for text in held if secret in text or poster_name(secret) in text]


async def test_it_ends_when_it_was_said_to(links: ShareLinks, job: Job, redis: Redis) -> None:
    link, secret = await made(links, job, 2)
    assert await links.find(secret) == link

    async def is_over() -> bool:
        return await links.find(secret) is None

    await eventually(is_over, what="the link's end")
    assert await links.of_job(job.id, job.viewer) == []
    assert not [key async for key in redis.scan_iter("i2v:share-digest:*")]


async def test_it_never_lives_longer_than_its_job(redis: Redis, settings: Settings) -> None:
    settings = settings.model_copy(update={"retention_hours": 1.0})
    queue = JobQueue(redis, settings)
    job = await video_of(queue)

    link, _ = await made(ShareLinks(redis, settings), job, 500 * HOUR)

    assert link.expires_at == pytest.approx(job.expires_at, abs=0.01)
    await keep(queue, job.id, job.viewer, time.time() + 300 * HOUR)
    stored = await queue.get(job.id)
    assert stored is not None
    assert (await ShareLinks(redis, settings).of_job(job.id, job.viewer))[0].expires_at == link.expires_at
    later, _ = await made(ShareLinks(redis, settings), stored, 200 * HOUR)
    assert later.expires_at == pytest.approx(time.time() + 200 * HOUR, abs=60)
    lives = await redis.pttl(keys.share_links(job.id)) / 1000 / HOUR
    assert lives == pytest.approx(300, abs=0.1)


@pytest.mark.parametrize("seconds", [-1.0, 24 * 30 * HOUR + GRACE_SECONDS + 30])
async def test_an_end_that_is_not_allowed_is_refused_with_the_limit(
    links: ShareLinks, job: Job, seconds: float
) -> None:
    with pytest.raises(OperationRefused) as refused:
        await made(links, job, seconds)

    assert refused.value.code is Code.WRONG_SHARE_LINK_EXPIRY
    assert refused.value.limit is not None
    assert refused.value.limit.value == 720


async def test_there_are_only_so_many_and_ended_ones_make_room(redis: Redis, settings: Settings, job: Job) -> None:
    links = ShareLinks(redis, settings.model_copy(update={"share_links_per_job": 2}))
    kept, _ = await made(links, job)
    _, ends = await made(links, job, 2)

    with pytest.raises(OperationRefused) as refused:
        await made(links, job)
    assert refused.value.code is Code.TOO_MANY_SHARE_LINKS

    async def is_over() -> bool:
        return await links.find(ends) is None

    await eventually(is_over, what="the link's end")
    after, _ = await made(links, job)
    assert [link.id for link in await links.of_job(job.id, job.viewer)] == [after.id, kept.id]


async def test_of_many_made_at_once_no_more_than_the_bound_come_to_be(
    redis: Redis, settings: Settings, job: Job
) -> None:
    links = ShareLinks(redis, settings.model_copy(update={"share_links_per_job": 5}))

    await asyncio.gather(*(made(links, job) for _ in range(20)), return_exceptions=True)

    assert len(await links.of_job(job.id, job.viewer)) == 5


async def test_sharing_can_be_switched_off(redis: Redis, settings: Settings, job: Job) -> None:
    with pytest.raises(OperationRefused, match="switched off"):
        await made(ShareLinks(redis, settings.model_copy(update={"share_links_per_job": 0})), job)


async def test_switched_off_no_link_that_was_made_before_opens_anything(
    links: ShareLinks, playbacks: Playbacks, job: Job, redis: Redis, settings: Settings
) -> None:
    _, secret = await made(links, job)
    playback = await opened(playbacks, job, secret)
    tickets = await playbacks.issue(playback, [0, 1])
    off = settings.model_copy(update={"share_links_per_job": 0})

    assert await playbacks.redeem(tickets[0], playback.id, 0, playback.viewer) is not None
    assert await Playbacks(redis, off).redeem(tickets[1], playback.id, 1, playback.viewer) is None
    assert await ShareLinks(redis, off).find(secret) is None
    assert await ShareLinks(redis, off).by_poster(poster_name(secret)) is None


async def test_only_whole_videos_of_ones_own_are_shared(links: ShareLinks, queue: JobQueue, job: Job) -> None:
    waiting, failed = new_job(), new_job("viewer_c")
    for each in (waiting, failed):
        await queue.enqueue(each)
    await queue.fail(failed.id, await queue.begin(failed.id) or 0, Failure("A", "b", "c"))

    with pytest.raises(OperationRefused) as early:
        await made(links, waiting)
    with pytest.raises(OperationRefused) as never:
        await made(links, failed)
    assert (early.value.code, never.value.code) == (Code.NOT_PLAYABLE_YET, Code.HAS_NO_VIDEO)
    for job_id, viewer in ((job.id, "viewer_b"), (new_id("job"), job.viewer), ("job_x", job.viewer)):
        assert await links.make(job_id, viewer, time.time() + HOUR) is None


async def test_a_playback_by_a_link_is_the_openers_and_counted(
    links: ShareLinks, playbacks: Playbacks, job: Job, redis: Redis
) -> None:
    link, secret = await made(links, job)
    assert (link.opened_times, link.last_opened_at) == (0, None)
    own = await playbacks.open(job)

    first, second = await opened(playbacks, job, secret), await opened(playbacks, job, secret, "viewer_c")

    found = await links.find(secret)
    assert found is not None
    assert found.opened_times == 2
    assert found.last_opened_at == pytest.approx(second.created_at, abs=0.001)
    assert (first.viewer, second.viewer) == ("viewer_b", "viewer_c")
    assert await redis.zrange(keys.viewer_playbacks("viewer_b"), 0, -1) == [first.id]
    assert await playbacks.get(first.id, job.viewer) is None, "not even to the job's owner"
    viewings = [(viewing.viewer, viewing.link) for viewing in await playbacks.viewings(job.id)]
    assert own is not None
    assert viewings == [("viewer_c", link.id), ("viewer_b", link.id), (job.viewer, "")]


async def test_the_same_opening_again_after_a_lost_answer_is_counted_once(
    links: ShareLinks, playbacks: Playbacks, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, secret = await made(links, job)
    await playbacks.open(job)
    monkeypatch.setattr("i2v_core.playbacks.new_id", lambda _: "playback_the-same")

    first, again = await opened(playbacks, job, secret), await opened(playbacks, job, secret)

    assert (first.number, again.number) == (1, 1)
    assert await playbacks.viewing_count(job.id) == 2
    assert [viewing.number for viewing in await playbacks.viewings(job.id)] == [1, 0]
    link = await links.find(secret)
    assert link is not None
    assert link.opened_times == 1


async def test_the_openers_playbacks_are_bounded_as_ever(
    links: ShareLinks, redis: Redis, settings: Settings, job: Job
) -> None:
    playbacks = Playbacks(redis, settings.model_copy(update={"playbacks_per_viewer": 2}))
    _, secret = await made(links, job)

    all_of_them = [await opened(playbacks, job, secret) for _ in range(3)]

    assert [await playbacks.get(each.id, "viewer_b") is not None for each in all_of_them] == [False, True, True]


async def test_a_link_opens_its_own_job_alone(
    links: ShareLinks, playbacks: Playbacks, queue: JobQueue, job: Job
) -> None:
    _, secret = await made(links, job)
    other = await video_of(queue)

    assert await playbacks.open(other, viewer="viewer_b", link=digest(secret)) is None
    assert await playbacks.open(job, viewer="viewer_b") is None
    assert await playbacks.open(job, viewer="viewer_b", link=digest("a" * 43)) is None


async def test_a_revoked_link_ends_what_was_opened_by_it_and_nothing_else(
    links: ShareLinks, playbacks: Playbacks, job: Job
) -> None:
    link, secret = await made(links, job)
    _, other_secret = await made(links, job)
    theirs, others, own = (
        await opened(playbacks, job, secret),
        await opened(playbacks, job, other_secret),
        await playbacks.open(job),
    )
    assert own is not None
    before = {each.id: (await playbacks.issue(each, [0]))[0] for each in (theirs, others, own)}
    assert await links.revoke(link.id, "viewer_b") is False, "only who made it"
    assert await playbacks.redeem((await playbacks.issue(theirs, [1]))[1], theirs.id, 1, theirs.viewer) == theirs

    assert await links.revoke(link.id, job.viewer) is True

    assert await links.find(secret) is None
    with pytest.raises(OperationRefused) as refused:
        await playbacks.issue(theirs, [0])
    assert refused.value.code is Code.PLAYBACK_NOT_FOUND
    assert await playbacks.redeem(before[theirs.id], theirs.id, 0, theirs.viewer) is None
    for each in (others, own):
        assert await playbacks.redeem(before[each.id], each.id, 0, each.viewer) == each
        assert await playbacks.issue(each, [1])
    assert await playbacks.open(job, viewer="viewer_b", link=digest(secret)) is None
    assert await links.revoke(link.id, job.viewer) is False, "it is over"


async def test_an_ended_link_ends_what_was_opened_by_it(links: ShareLinks, playbacks: Playbacks, job: Job) -> None:
    _, secret = await made(links, job, 2)
    theirs = await opened(playbacks, job, secret)
    ticket = (await playbacks.issue(theirs, [0]))[0]

    async def is_over() -> bool:
        return await links.find(secret) is None

    await eventually(is_over, what="the link's end")
    assert await playbacks.redeem(ticket, theirs.id, 0, theirs.viewer) is None


async def test_with_its_job_every_link_is_gone(links: ShareLinks, queue: JobQueue, job: Job, redis: Redis) -> None:
    secrets = [(await made(links, job))[1] for _ in range(3)]

    await queue.delete(job.id, job.viewer)

    assert [await links.find(secret) for secret in secrets] == [None] * 3
    assert not [key async for key in redis.scan_iter("i2v:share*")]


async def test_all_links_of_everybody_end_and_what_was_opened_by_them(
    links: ShareLinks, playbacks: Playbacks, queue: JobQueue, job: Job, redis: Redis
) -> None:
    link, secret = await made(links, job)
    await made(links, await video_of(queue))
    theirs, own = await opened(playbacks, job, secret), await playbacks.open(job)
    assert own is not None

    assert await end_all_links(redis) == 2

    assert await links.find(secret) is None
    assert await links.of_job(job.id, job.viewer) == []
    assert await links.revoke(link.id, job.viewer) is False
    with pytest.raises(OperationRefused):
        await playbacks.issue(theirs, [0])
    assert await playbacks.issue(own, [0]), "what is one's own stays"
    again, _ = await made(links, job)
    assert await links.of_job(job.id, job.viewer) == [again]


async def test_links_are_listed_to_who_made_them(links: ShareLinks, job: Job) -> None:
    newest_first = [(await made(links, job))[0] for _ in range(3)][::-1]

    assert sorted(await links.of_job(job.id, job.viewer), key=lambda link: link.id) == sorted(
        newest_first, key=lambda link: link.id
    )
    assert await links.of_job(job.id, "viewer_b") == []
    assert await links.of_job("job_x", job.viewer) == []
