"""The whole way, step by step, as a program would walk it: upload, watch the progress, play."""

from __future__ import annotations

import io

import httpx
import pytest
from PIL import Image

from tests.conftest import PICTURES
from tests.fundamentals.server import FETCH, Server, Viewer
from tests.fundamentals.watching import watch


async def test_a_picture_becomes_a_video(server: Server, alice: Viewer) -> None:
    server.start("api", "worker")

    # 1. A picture is uploaded, and a job comes back at once.
    job = await alice.upload(PICTURES / "astronaut.png", motion="ZOOM_IN", seed=7)
    assert job["__typename"] == "Job"
    assert (job["name"], job["width"], job["height"]) == ("astronaut.png", 512, 512)
    assert job["options"] == {
        "motion": "ZOOM_IN",
        "seconds": 5.0,
        "seed": 7,
        "shape": "AS_PICTURE",
        "focus": {"x": 0.5, "y": 0.5},
    }

    # 2. Its progress is watched until it ends: what stands first, then every change.
    seen = [progress async for progress in alice.progress(job["id"])]
    percents = [p["percent"] for p in seen]
    assert percents == sorted(percents), "percent fell"
    assert seen[-1]["state"] == "COMPLETED"
    assert seen[-1]["percent"] == 100
    assert [p["version"] for p in seen] == sorted({p["version"] for p in seen})
    assert {p["attempt"] for p in seen if p["state"] == "PROCESSING"} == {1}

    # 3. A playback is opened; it comes with its key, and a ticket for the init segment and for each segment.
    watching = await watch(alice, job["id"])
    playback = watching.playback
    assert playback["segmentCount"] == seen[-1]["segmentsReady"] == 10
    assert [t["index"] for t in playback["tickets"]] == list(range(-1, 10))

    # 4. Each ticket fetches its segment once, for this viewer alone, from a script of the page alone.
    parts = []
    for ticket in playback["tickets"]:
        segment = "init" if ticket["index"] == -1 else ticket["index"]
        path = f"/media/playbacks/{playback['id']}/{segment}"
        header = {"I2V-Ticket": ticket["value"]}
        assert (await alice.http.get(path, headers=header)).status_code == 403, "served to something that is no page"
        answer = await alice.http.get(path, headers=header | FETCH)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert (await alice.http.get(path, headers=header | FETCH)).status_code == 403, "a ticket worked twice"
        parts.append(answer.content)

    # 5. Together they are the video, for whoever has the key.
    frames = watching.frames(b"".join(parts))
    assert len(frames) == 5 * 24
    assert (frames[0].width, frames[0].height) == (320, 320)


@pytest.mark.parametrize(("size", "video"), [((1, 1), (320, 320)), ((4000, 3), (320, 80)), ((3, 4000), (80, 320))])
async def test_extreme_shapes_become_videos_too(
    server: Server, alice: Viewer, size: tuple[int, int], video: tuple[int, int]
) -> None:
    server.start("api", "worker")
    picture = io.BytesIO()
    Image.new("RGB", size, (200, 80, 40)).save(picture, "PNG")

    job = await alice.upload(picture.getvalue(), seconds=3)

    assert (await alice.finished(job["id"]))["state"] == "COMPLETED"
    playback = (await watch(alice, job["id"])).playback
    assert (playback["width"], playback["height"]) == video


async def test_a_video_of_another_shape_keeps_what_the_focus_is_on(server: Server, alice: Viewer) -> None:
    server.start("api", "worker")
    picture = Image.new("RGB", (600, 400), (20, 20, 20))
    picture.paste((250, 20, 20), (0, 150, 100, 250))  # a red spot at the left edge
    file = io.BytesIO()
    picture.save(file, "PNG")
    sizes = {"WIDE": (320, 180), "SQUARE": (320, 320), "TALL": (180, 320)}

    jobs = {
        shape: await alice.upload(file.getvalue(), seconds=3, shape=shape, focus={"x": 0.08, "y": 0.5}, seed=1)
        for shape in sizes
    }

    for shape, job in jobs.items():
        assert job["options"]["shape"] == shape
        assert job["options"]["focus"] == {"x": 0.08, "y": 0.5}
        assert (await alice.finished(job["id"]))["state"] == "COMPLETED"
        watching = await watch(alice, job["id"])
        assert (watching.playback["width"], watching.playback["height"]) == sizes[shape]
        frame = watching.frames(await watching.whole())[0].to_ndarray(format="rgb24")
        assert (frame.shape[1], frame.shape[0]) == sizes[shape]
        height = frame.shape[0]
        red, green, _ = (int(part) for part in frame[height // 2, 10])
        assert (red > 150, green < 100) == (True, True), f"the spot at the edge was cut off in {shape}"


async def test_the_thumbnail_answers_to_its_viewer_alone(server: Server, alice: Viewer, bob: Viewer) -> None:
    server.start("api")

    job = await alice.upload(PICTURES / "chelsea.png")

    mine = await alice.http.get(job["thumbnailUrl"])
    assert (mine.status_code, mine.headers["content-type"]) == (200, "image/webp")
    theirs = await bob.http.get(job["thumbnailUrl"])
    unknown = await bob.http.get("/media/thumbnails/job_" + "0" * 24)
    assert (theirs.status_code, theirs.content) == (unknown.status_code, unknown.content) == (404, b"")


@pytest.mark.parametrize("key", [None, "a-long-random-text-that-seals-what-is-stored"])
async def test_the_picture_itself_answers_to_its_viewer_alone_and_goes_with_its_job(
    server: Server, alice: Viewer, bob: Viewer, key: str | None
) -> None:
    server.settings = server.settings.model_copy(update={"media_key": key})
    server.start("api")
    job = await alice.upload(PICTURES / "landscape_6.jpg")  # its camera lay on its side
    address = job["pictureUrl"]

    mine, theirs = await alice.http.get(address), await bob.http.get(address)
    unknown = await alice.http.get("/media/pictures/job_" + "0" * 24)
    beside = [await alice.http.get(f"{address}/{name}") for name in ("picture.jpg", "1/init.mp4", "1/0.m4s")]

    assert (mine.status_code, mine.headers["content-type"]) == (200, "image/jpeg")
    assert mine.headers["cache-control"].startswith("private")
    assert mine.headers["content-disposition"] == "inline"
    assert mine.headers["x-content-type-options"] == "nosniff"
    assert mine.headers["cross-origin-resource-policy"] == "same-origin"
    with Image.open(io.BytesIO(mine.content)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (job["width"], job["height"]))
        assert dict(picture.getexif()) == {}
    assert (theirs.status_code, theirs.content) == (unknown.status_code, unknown.content) == (404, b"")
    assert {answer.status_code for answer in beside} == {404}
    on_disk = (server.settings.media_path / job["id"] / "picture.jpg").read_bytes()
    assert (on_disk == mine.content) is (key is None)
    await alice.ask("mutation($id: ID!) { deleteJob(id: $id) { __typename } }", id=job["id"])
    assert (await alice.http.get(address)).status_code == 404


@pytest.mark.timeout(120)
async def test_with_the_true_30_seconds(server: Server, alice: Viewer) -> None:
    server.settings = server.settings.model_copy(update={"model_seconds": 30.0, "video_long_side": 1280})
    server.start("api", "worker")

    job = await alice.upload(PICTURES / "astronaut.png")
    seen = [progress async for progress in alice.progress(job["id"])]

    times = (await alice.ask("query($id: ID!) { job(id: $id) { startedAt finishedAt } }", id=job["id"]))["job"]
    assert seen[-1]["state"] == "COMPLETED"
    # What is added to the model's own time is for the benchmarks to say (`the-way`): this machine is busy with other tests.
    assert 30.0 <= _seconds_between(times["startedAt"], times["finishedAt"]) <= 35.0
    assert len({p["percent"] for p in seen}) >= 4 * 30, "percent moved less than four times a second"


def _seconds_between(start: str, end: str) -> float:
    from datetime import datetime

    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()


async def test_the_api_alone_is_alive_and_ready(server: Server) -> None:
    server.start("api")

    async with httpx.AsyncClient(base_url=server.url) as client:
        alive = await client.get("/healthz")
        ready = await client.get("/readyz")

    assert alive.json()["status"] == "alive"
    assert ready.json()["status"] == "ready"
