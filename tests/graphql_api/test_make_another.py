"""Another video of a picture that is here already: a job like any other, by the rules of an upload, and nothing in halves."""

from __future__ import annotations

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from graphql_api.another import make_another
from graphql_api.app import build_api
from graphql_api.context import Context
from graphql_api.new_jobs import Asked
from graphql_api.ordering import JobUnknown
from i2v_core.jobs import Job, VideoOptions
from i2v_core.media import MediaStore
from i2v_core.settings import Settings
from i2v_core.viewers import Identity
from tests.conftest import PICTURES
from tests.fundamentals.server import Server, Viewer
from tests.fundamentals.watching import watch
from tests.i2v_core.test_queue import new_job

#: Each viewer of these tests comes from an address of its own.
SETTINGS = {"trusted_proxies": "127.0.0.1", "waiting_per_viewer": 3, "uploads_per_minute": 5}
PHOTO = PICTURES / "chelsea.png"
ANOTHER = """
mutation Another($id: ID!, $options: VideoOptions, $key: String) {
  makeAnother(jobId: $id, options: $options, idempotencyKey: $key) {
    __typename
    ... on Job { id name state width height pictureUrl thumbnailUrl options { motion seconds seed shape focus { x y } } progress { queuePosition } }
    ... on Refusal { code message howToFix retryAfterSeconds limit { name value } }
  }
}
"""
_addresses = itertools.count(1)


def stranger(server: Server) -> Viewer:
    viewer = Viewer(server)
    viewer.http.headers["X-Forwarded-For"] = f"192.0.2.{next(_addresses)}"
    return viewer


@pytest.fixture
async def anna(api: Server) -> AsyncIterator[Viewer]:
    viewer = stranger(api)
    yield viewer
    await viewer.http.aclose()


@pytest.fixture
async def ben(api: Server) -> AsyncIterator[Viewer]:
    viewer = stranger(api)
    yield viewer
    await viewer.http.aclose()


async def another(viewer: Viewer, job_id: str, key: str | None = None, **options: Any) -> dict[str, Any]:
    """What `makeAnother` answers."""
    return dict((await viewer.ask(ANOTHER, id=job_id, options=options or None, key=key))["makeAnother"])


async def delete(viewer: Viewer, job_id: str) -> None:
    answer = await viewer.ask("mutation($id: ID!) { deleteJob(id: $id) { __typename } }", id=job_id)
    assert answer["deleteJob"]["__typename"] == "JobDeleted"


def kept(server: Server) -> set[str]:
    """The jobs that have a folder in the store."""
    return {path.name for path in server.settings.media_path.glob("job_*")}


async def test_it_is_a_new_job_with_its_own_options_and_its_own_copy_of_the_picture(anna: Viewer) -> None:
    first = await anna.upload(PHOTO, motion="PAN", seed=1)

    second = await another(anna, first["id"], motion="ORBIT", seconds=4, seed=2, shape="TALL", focus={"x": 0.2, "y": 1})

    assert second["__typename"] == "Job"
    assert second["id"] != first["id"]
    assert [second[name] for name in ("name", "width", "height", "state")] == ["chelsea.png", 451, 300, "QUEUED"]
    wanted = {"motion": "ORBIT", "seconds": 4.0, "seed": 2, "shape": "TALL", "focus": {"x": 0.2, "y": 1.0}}
    assert second["options"] == wanted
    pictures = [(await anna.http.get(job["pictureUrl"])).content for job in (first, second)]
    assert pictures[0] == pictures[1] != b""
    await delete(anna, first["id"])
    for address in (second["pictureUrl"], second["thumbnailUrl"]):
        assert (await anna.http.get(address)).status_code == 200, "it went with the one that it was made from"
    third = await another(anna, second["id"])
    await delete(anna, second["id"])
    assert (await anna.http.get(third["pictureUrl"])).content == pictures[0]


@pytest.mark.parametrize("key", [None, "a-long-random-text-that-seals-what-is-stored"])
async def test_a_finished_job_becomes_a_second_video_in_another_shape(
    server: Server, alice: Viewer, key: str | None
) -> None:
    server.settings = server.settings.model_copy(update={"media_key": key})
    server.start("api", "worker")
    first = await alice.upload(PHOTO, seconds=3)
    assert (await alice.finished(first["id"]))["state"] == "COMPLETED"

    second = await another(alice, first["id"], seconds=3, shape="SQUARE")

    assert (await alice.finished(second["id"]))["state"] == "COMPLETED"
    videos = [(await watch(alice, job["id"])).playback for job in (first, second)]
    assert [(video["width"], video["height"]) for video in videos] == [(320, 212), (320, 320)]


async def test_a_cancelled_job_is_as_good_as_any(anna: Viewer) -> None:
    first = await anna.upload(PHOTO)
    await anna.ask("mutation($id: ID!) { cancelJob(id: $id) { __typename } }", id=first["id"])

    assert (await another(anna, first["id"]))["state"] == "QUEUED"


async def test_nobody_makes_anything_of_another_viewers_picture(api: Server, anna: Viewer, ben: Viewer) -> None:
    first = await anna.upload(PHOTO)
    before = kept(api)

    theirs = await another(ben, first["id"])
    unknown = await another(ben, "job_" + "0" * 24)
    nonsense = await another(ben, "../../etc")

    assert [answer["__typename"] for answer in (theirs, unknown, nonsense)] == ["JobNotFound"] * 3
    assert theirs["message"] == unknown["message"]
    assert kept(api) == before
    assert (await ben.ask("{ jobs { totalCount } }"))["jobs"]["totalCount"] == 0


async def test_options_and_keys_are_held_to_the_same_rules_as_an_uploads(api: Server, anna: Viewer) -> None:
    first = await anna.upload(PHOTO)
    before = kept(api)

    for answer in (
        await another(anna, first["id"], seconds=2),
        await another(anna, first["id"], focus={"x": 2, "y": 0}),
        await another(anna, first["id"], key="x" * 300),
    ):
        assert (answer["__typename"], answer["code"]) == ("UploadRefused", "WRONG_OPTIONS")
    assert kept(api) == before


async def test_the_bound_of_waiting_pictures_counts_it_and_a_refusal_leaves_nothing(api: Server, anna: Viewer) -> None:
    first = await anna.upload(PHOTO)
    for _ in range(2):
        assert (await another(anna, first["id"]))["__typename"] == "Job"
    before = kept(api)

    refused = await another(anna, first["id"])

    assert (refused["__typename"], refused["code"], refused["limit"]["value"]) == (
        "UploadRefused",
        "TOO_MANY_WAITING",
        3,
    )
    assert refused["retryAfterSeconds"] > 0
    assert kept(api) == before


async def test_it_counts_as_an_upload_of_the_minute(anna: Viewer) -> None:
    first = await anna.upload(PHOTO)
    for _ in range(4):
        await delete(anna, (await another(anna, first["id"]))["id"])

    refused = await another(anna, first["id"])

    assert (refused["code"], refused["limit"]["value"]) == ("TOO_MANY_UPLOADS", 5)


async def test_it_stands_in_line_in_turn_with_everybody_elses(anna: Viewer, ben: Viewer) -> None:
    first = await anna.upload(PHOTO)
    await another(anna, first["id"])
    last = await another(anna, first["id"])

    theirs = await ben.upload(PHOTO)

    place = "query($id: ID!) { job(id: $id) { progress { queuePosition } } }"
    mine, other = await anna.ask(place, id=last["id"]), await ben.ask(place, id=theirs["id"])
    assert other["job"]["progress"]["queuePosition"] < mine["job"]["progress"]["queuePosition"]


async def test_the_same_key_makes_one_job_even_at_once_in_a_full_line_and_without_the_first(
    api: Server, anna: Viewer
) -> None:
    first = await anna.upload(PHOTO)

    at_once = await asyncio.gather(*(another(anna, first["id"], key="a") for _ in range(2)))
    other_options = await another(anna, first["id"], key="a", motion="PAN")
    await another(anna, first["id"])  # three wait now, as many as may
    in_a_full_line = await another(anna, first["id"], key="a")
    await delete(anna, first["id"])
    without_the_first = await another(anna, first["id"], key="a")

    made = {answer["id"] for answer in (*at_once, in_a_full_line, without_the_first)}
    assert len(made) == 1
    assert (other_options["__typename"], other_options["code"]) == ("UploadRefused", "IDEMPOTENCY_KEY_USED")
    mine = (await anna.ask("{ jobs { edges { node { id } } } }"))["jobs"]["edges"]
    assert len(mine) == 2
    assert {edge["node"]["id"] for edge in mine} <= kept(api)


async def test_another_seed_is_another_wish_and_one_that_was_left_out_is_none(anna: Viewer) -> None:
    first = await anna.upload(PHOTO)

    seeded = [await another(anna, first["id"], key="a", seed=seed) for seed in (1, 1, 2)]
    unseeded = [await another(anna, first["id"], key="b") for _ in range(2)]

    assert [answer.get("code") for answer in seeded] == [None, None, "IDEMPOTENCY_KEY_USED"]
    assert seeded[0]["id"] == seeded[1]["id"]
    assert unseeded[0]["id"] == unseeded[1]["id"]


@pytest.mark.parametrize("lost", ["picture.jpg", "thumbnail.webp"])
async def test_a_picture_that_is_lost_is_told_and_nothing_is_left_half_made(
    api: Server, anna: Viewer, lost: str
) -> None:
    first = await anna.upload(PHOTO)
    (api.settings.media_path / first["id"] / lost).unlink()
    before = kept(api)

    answer = await another(anna, first["id"])

    assert (answer["__typename"], answer["code"]) == ("UploadRefused", "PICTURE_LOST")
    assert kept(api) == before


async def test_a_disk_in_trouble_is_named_and_nothing_is_left_half_made(api: Server, anna: Viewer) -> None:
    first = await anna.upload(PHOTO)
    thumbnail: Path = api.settings.media_path / first["id"] / "thumbnail.webp"
    thumbnail.unlink()
    thumbnail.mkdir()  # nothing that can be read as a file
    before = kept(api)

    answer = await another(anna, first["id"])

    assert (answer["__typename"], answer["code"]) == ("UploadRefused", "STORAGE_FAILED")
    assert "make room" in answer["howToFix"]
    assert kept(api) == before


async def test_a_first_job_that_is_deleted_meanwhile_was_never_there(settings: Settings) -> None:
    """The deletion comes between the look at the first job and the copy of its picture."""
    loop, made = asyncio.get_running_loop(), build_api(settings)
    queue, first = made.services.queue, new_job("viewer_a")

    class DeletedMeanwhile(MediaStore):
        def copy_pictures(self, source: str, target: str) -> None:
            assert asyncio.run_coroutine_threadsafe(queue.delete(source, "viewer_a"), loop).result(10)
            self.delete(source)
            super().copy_pictures(source, target)

    await _stored(first, made.services.media)
    await queue.enqueue(first)
    services = replace(made.services, media=DeletedMeanwhile.of(settings))

    with pytest.raises(JobUnknown):
        await make_another(first.id, Asked(VideoOptions()), Context(Identity("viewer_a", "flow_a"), services))

    assert list(settings.media_path.glob("job_*")) == []
    assert await queue.of_viewer("viewer_a", limit=10) == []
    await made.redis.aclose()


async def test_whoever_breaks_off_leaves_nothing(settings: Settings) -> None:
    """The request is cancelled while the picture is being copied: in a thread, which goes on."""
    loop, made, copying, go_on = asyncio.get_running_loop(), build_api(settings), asyncio.Event(), asyncio.Event()
    first = new_job("viewer_a")

    class Slow(MediaStore):
        def copy_pictures(self, source: str, target: str) -> None:
            loop.call_soon_threadsafe(copying.set)
            asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(10)
            super().copy_pictures(source, target)

    await _stored(first, made.services.media)
    await made.services.queue.enqueue(first)
    context = Context(Identity("viewer_a", "flow_a"), replace(made.services, media=Slow.of(settings)))
    asking = asyncio.create_task(make_another(first.id, Asked(VideoOptions()), context))
    await copying.wait()
    asking.cancel()
    await asyncio.sleep(0)
    go_on.set()

    with pytest.raises(asyncio.CancelledError):
        await asking

    assert [path.name for path in settings.media_path.glob("job_*")] == [first.id]
    await made.redis.aclose()


async def _stored(job: Job, media: MediaStore) -> None:
    media.folder(job.id).mkdir(parents=True)
    for path in (media.picture_path(job.id), media.thumbnail_path(job.id)):
        shutil.copy(PHOTO, path)
