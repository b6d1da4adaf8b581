"""A link as people have it: made by one, opened by another, who sees the video and nothing else; and taken back."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from graphql_api.playback_types import Playback
from graphql_api.playing import find_playback, open_playback, open_shared
from i2v_core import keys
from i2v_core.playbacks import Protection
from i2v_core.settings import Settings
from i2v_core.share_links import poster_name
from tests.conftest import PICTURES, eventually
from tests.fundamentals.conftest import alice, bob, server
from tests.fundamentals.server import Server, Viewer
from tests.fundamentals.watching import INIT, OPEN_SHARED, new_key, watch, watch_shared
from tests.graphql_api.asking import asking
from tests.i2v_core.test_playbacks import video_of

__all__ = ["alice", "bob", "server"]

CREATE = """
mutation ($id: ID!, $until: DateTime!) {
  createShareLink(jobId: $id, expiresAt: $until) {
    __typename
    ... on ShareLinkCreated { secret path link { id jobId createdAt expiresAt openedTimes lastOpenedAt } }
    ... on Refusal { code message howToFix limit { name value unit } }
  }
}
"""
LINKS = "query ($id: ID!) { shareLinks(jobId: $id) { id jobId createdAt expiresAt openedTimes lastOpenedAt } }"
SHARED = "query ($secret: String!) { sharedVideo(secret: $secret) { name width height seconds expiresAt posterUrl } }"
REVOKE = "mutation ($id: ID!) { revokeShareLink(id: $id) { __typename ... on ShareLinkRevoked { id } ... on Refusal { code } } }"


def in_hours(hours: float) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


async def shared(viewer: Viewer, job_id: str, hours: float = 1) -> dict[str, Any]:
    answer = (await viewer.ask(CREATE, id=job_id, until=in_hours(hours)))["createShareLink"]
    assert answer["__typename"] == "ShareLinkCreated", answer
    return dict(answer)


async def refused(viewer: Viewer, secret: str) -> str:
    answer = await viewer.ask(OPEN_SHARED, secret=secret, publicKey=new_key()[1])
    assert answer["openSharedPlayback"]["__typename"] == "PlaybackRefused"
    return str(answer["openSharedPlayback"]["code"])


async def test_a_link_from_its_making_to_its_end(
    server: Server, alice: Viewer, bob: Viewer, redis: Redis, capfd: pytest.CaptureFixture[str]
) -> None:
    server.start("api", "worker")
    job = await alice.upload(PICTURES / "chelsea.png", seconds=3)
    other = await alice.upload(PICTURES / "coffee.png", seconds=3)
    await alice.finished(job["id"])
    made = await shared(alice, job["id"])
    secret, link = made["secret"], made["link"]

    # Who made it sees it, without its secret; nobody else does.
    assert made["path"] == f"/shared#{secret}"
    assert (link["jobId"], link["openedTimes"], link["lastOpenedAt"]) == (job["id"], 0, None)
    assert (await alice.ask(LINKS, id=job["id"]))["shareLinks"] == [link]
    assert (await bob.ask(LINKS, id=job["id"]))["shareLinks"] == []

    # Who has it sees the video's name and measures, and its still picture; not whose it is, nor anything else of theirs.
    video = (await bob.ask(SHARED, secret=secret))["sharedVideo"]
    assert (video["name"], video["seconds"], video["expiresAt"]) == ("chelsea.png", 3, link["expiresAt"])
    assert video["width"] > video["height"] > 100
    assert video["posterUrl"] == f"/media/shared/{poster_name(secret)}"
    poster = await bob.http.get(video["posterUrl"])
    assert (poster.status_code, poster.headers["content-type"]) == (200, "image/webp")
    assert poster.headers["cache-control"] == "no-store"
    assert poster.content == (await alice.http.get(f"/media/thumbnails/{job['id']}")).content
    for wrong in (secret, link["id"], "x", "a" * 43):
        assert (await bob.http.get(f"/media/shared/{wrong}")).status_code == 404
    for of_hers in (job["id"], other["id"]):
        assert await bob.ask("query($id:ID!){job(id:$id){id}}", id=of_hers) == {"job": None}
        assert (await bob.http.get(f"/media/thumbnails/{of_hers}")).status_code == 404
    assert (await bob.ask("{jobs{totalCount}}"))["jobs"]["totalCount"] == 0

    # They watch it as ever: a wrapped key, tickets that are theirs alone, segments encrypted for this playback.
    watching = await watch_shared(bob, secret)
    assert watching.playback["complete"]
    assert len(watching.frames(await watching.whole())) == 3 * 24
    sealed = await watch_shared(bob, secret, "AES_GCM")
    assert sealed.open_sealed(INIT, await sealed.fetch(INIT))[4:8] == b"ftyp"
    watching.viewer = alice
    assert (await watching.ask_tickets(0))["code"] == "PLAYBACK_NOT_FOUND"
    watching.viewer = bob
    await watching.ask_tickets(0)
    assert (
        await alice.http.get(f"/media/playbacks/{watching.id}/0", headers={"I2V-Ticket": watching.tickets[0]})
    ).status_code == 403
    node = "query($id:ID!){node(id:$id){...on Playback{segmentCount}}}"
    assert (await bob.ask(node, id=watching.id))["node"]["segmentCount"] == watching.playback["segmentCount"]
    assert await alice.ask(node, id=watching.id) == {"node": None}

    # Its owner is told how often.
    (now,) = (await alice.ask(LINKS, id=job["id"]))["shareLinks"]
    assert now["openedTimes"] == 2
    assert datetime.fromisoformat(now["lastOpenedAt"]).timestamp() == pytest.approx(time.time(), abs=30)

    # Taken back, it leads nowhere, and what was opened by it gets nothing more. Their own goes on.
    own = await watch(alice, job["id"])
    assert (await bob.ask(REVOKE, id=link["id"]))["revokeShareLink"]["code"] == "SHARE_LINK_NOT_FOUND"
    assert (await alice.ask(REVOKE, id=link["id"]))["revokeShareLink"] == {
        "__typename": "ShareLinkRevoked",
        "id": link["id"],
    }
    assert (await watching.get(0)).status_code == 403, "a ticket that was given before"
    assert (await watching.ask_tickets(1))["code"] == "PLAYBACK_NOT_FOUND"
    assert await bob.ask(node, id=watching.id) == {"node": None}
    assert await bob.ask(SHARED, secret=secret) == {"sharedVideo": None}
    assert await refused(bob, secret) == "SHARE_LINK_NOT_FOUND"
    assert (await bob.http.get(video["posterUrl"])).status_code == 404
    assert (await own.get(0)).status_code == 200

    # With the job every link to it is gone.
    another = await shared(alice, job["id"])
    assert (await bob.ask(SHARED, secret=another["secret"]))["sharedVideo"]["name"] == "chelsea.png"
    await alice.ask("mutation($id:ID!){deleteJob(id:$id){__typename}}", id=job["id"])
    assert await bob.ask(SHARED, secret=another["secret"]) == {"sharedVideo": None}
    assert await refused(bob, another["secret"]) == "SHARE_LINK_NOT_FOUND"
    assert not [key async for key in redis.scan_iter() if "share" in key or job["id"] in key]

    logged = "".join(capfd.readouterr())
    assert logged
    assert secret not in logged


async def test_an_ended_link_leads_nowhere(server: Server, alice: Viewer, bob: Viewer, redis: Redis) -> None:
    server.start("api", "worker")
    job = await alice.upload(PICTURES / "chelsea.png", seconds=3)
    await alice.finished(job["id"])
    made = await shared(alice, job["id"], 4 / 3600)
    watching = await watch_shared(bob, made["secret"])
    await bob.ask(SHARED, secret=made["secret"])

    async def is_over() -> bool:
        return await bob.ask(SHARED, secret=made["secret"]) == {"sharedVideo": None}

    await eventually(is_over, what="the link's end")
    assert await refused(bob, made["secret"]) == "SHARE_LINK_NOT_FOUND"
    assert (await watching.get(0)).status_code == 403
    assert (await watching.ask_tickets(1))["code"] == "PLAYBACK_NOT_FOUND"
    assert (await alice.ask(LINKS, id=job["id"]))["shareLinks"] == []
    assert await redis.exists(keys.job(job["id"]))


async def test_a_playback_by_a_link_says_that_it_ends_with_the_link(settings: Settings) -> None:
    async with asking(settings) as asker:
        services = asker.context.services
        job = await video_of(services.queue)
        services.media.put_init(job.id, job.run, b"init")
        made = await services.share_links.make(job.id, job.viewer, time.time() + 300)
        assert made is not None
        link, secret = made

        shared = await open_shared(secret, "viewer_b", new_key()[1], Protection.AES_GCM, services)
        again = await find_playback(shared.playback.id, "viewer_b", services)
        own = await open_playback(job.id, job.viewer, new_key()[1], Protection.AES_GCM, services)

        assert again is not None
        assert own is not None
        ends = [Playback.of(each, settings).expires_at.timestamp() for each in (shared, again, own)]
        assert ends[:2] == [pytest.approx(link.expires_at)] * 2
        assert ends[2] == pytest.approx(own.playback.created_at + settings.playback_seconds)


async def test_what_cannot_be_shared_is_refused_in_words(settings: Settings) -> None:
    async with asking(settings, share_link_max_hours=48) as asker:
        nothing = await asker.data(CREATE, id="job_x", until=in_hours(1))
        too_long = await asker.data(CREATE, id="job_" + "a" * 24, until=in_hours(49))
        gone = await asker.data(REVOKE, id="share_" + "a" * 24)
        limits = await asker.data("{limits{shareLinkMaxHours}}")

    assert nothing["createShareLink"]["code"] == "JOB_NOT_FOUND"
    assert too_long["createShareLink"]["__typename"] == "ShareLinkRefused"
    assert too_long["createShareLink"]["code"] == "WRONG_SHARE_LINK_EXPIRY"
    assert too_long["createShareLink"]["limit"] == {"name": "life of a link", "value": 48, "unit": "hours"}
    assert gone["revokeShareLink"]["code"] == "SHARE_LINK_NOT_FOUND"
    assert limits == {"limits": {"shareLinkMaxHours": 48}}


@pytest.mark.parametrize("secret", ["", "x", "é" * 43, "a" * 43, "a" * 10_000, "\x00"])
async def test_what_is_no_link_leads_nowhere(settings: Settings, secret: str) -> None:
    async with asking(settings) as asker:
        assert await asker.data(SHARED, secret=secret) == {"sharedVideo": None}
        answer = await asker.data(OPEN_SHARED, secret=secret, publicKey=new_key()[1])
        wrong_key = await asker.data(OPEN_SHARED, secret=secret, publicKey="x")

    assert answer["openSharedPlayback"]["code"] == "SHARE_LINK_NOT_FOUND"
    assert wrong_key["openSharedPlayback"]["code"] == "WRONG_PUBLIC_KEY"
