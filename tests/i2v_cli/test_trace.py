"""`i2v trace` as an operator has it: a job, playbacks that were opened, a leaked file, and what it says and returns."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis.asyncio import Redis

from i2v_core.jobs import Job as Record
from i2v_core.jobs import Video, new_id
from i2v_core.media import MediaStore
from i2v_core.playbacks import Playback, Playbacks
from i2v_core.queue import JobQueue
from i2v_core.settings import Settings
from i2v_core.share_links import ShareLinks, digest
from tests.conftest import environment
from tests.i2v_core.test_queue import new_job
from tests.worker.leaks import PHOTOS, Job, cropped, frames_of, render


@dataclass
class House:
    """An i2v with one job whose video was watched five times, and its leak by the fourth."""

    settings: Settings
    queue: JobQueue
    job: Job
    playbacks: list[Playback]

    def trace(self, leaked: Path, job: str | None = None, *more: str, **env: str) -> subprocess.CompletedProcess[str]:
        """What the command says."""
        return subprocess.run(
            [sys.executable, "-m", "i2v_cli", "trace", str(leaked), "--job", job or self.job.id, *more],
            env=environment(self.settings, **env),
            capture_output=True,
            text=True,
            timeout=120,
        )


async def completed(queue: JobQueue, job: Job, video: Video) -> Record:
    """The rendered job as one that the queue knows."""
    record = new_job()
    await queue.enqueue(record)
    run = await queue.begin(record.id)
    assert run
    (job.store.root / job.id).rename(job.store.root / record.id)
    assert await queue.complete(record.id, run, segments=job.segments, video=video)
    done = await queue.get(record.id)
    assert done is not None
    return done


async def open_playbacks(playbacks: Playbacks, record: Record, count: int) -> Sequence[Playback]:
    opened = [await playbacks.open(record) for _ in range(count)]
    assert all(opened)
    return [playback for playback in opened if playback is not None]


@pytest.fixture
async def house(redis: Redis, settings: Settings) -> House:
    queue = JobQueue(redis, settings)
    rendered = render(MediaStore.of(settings), PHOTOS[1], 3)
    record = await completed(queue, rendered, rendered.video)
    opened = [*await open_playbacks(Playbacks(redis, settings), record, 4), await by_link(redis, settings, record)]
    job = Job(record.id, 3, rendered.video, rendered.segments, rendered.store)
    return House(settings, queue, job, list(opened))


async def by_link(redis: Redis, settings: Settings, record: Record) -> Playback:
    """A playback that somebody else has opened by a link."""
    made = await ShareLinks(redis, settings).make(record.id, record.viewer, time.time() + 3600)
    assert made is not None
    playback = await Playbacks(redis, settings).open(record, viewer="viewer_b", link=digest(made[1]))
    assert playback is not None
    return playback


async def test_it_names_the_link_that_the_copy_came_by(house: House, redis: Redis, tmp_path: Path) -> None:
    cropped(frames_of(house.job.shown(4)), tmp_path / "leaked.mp4")
    [link] = await ShareLinks(redis, house.settings).of_job(house.job.id, "viewer_a")

    said = house.trace(tmp_path / "leaked.mp4")

    assert said.returncode == 0, said.stderr
    assert house.playbacks[4].id in said.stdout
    assert "viewer_b" in said.stdout
    assert f"by link     {link.id}" in said.stdout


async def test_it_names_the_playback_and_the_viewer(house: House, tmp_path: Path) -> None:
    cropped(frames_of(house.job.shown(3)), tmp_path / "leaked.mp4")

    in_words, for_programs = house.trace(tmp_path / "leaked.mp4"), house.trace(tmp_path / "leaked.mp4", None, "--json")

    assert in_words.returncode == for_programs.returncode == 0, in_words.stderr
    assert house.playbacks[3].id in in_words.stdout
    assert "viewer_a" in in_words.stdout
    found = json.loads(for_programs.stdout)
    assert found["outcome"] == "NAMED"
    assert [each["playback"] for each in found["playbacks"]] == [house.playbacks[3].id]
    assert found["playbacks"][0]["confidence"] > 0.95
    assert found["playbacks"][0]["shareLink"] is None
    assert found["segmentsRead"] == found["segments"] == 6


async def test_it_cannot_tell_of_what_shows_something_else(house: House, tmp_path: Path) -> None:
    other = render(MediaStore(tmp_path / "other"), PHOTOS[2], 3)
    (tmp_path / "leaked.mp4").write_bytes(other.shown())

    said = house.trace(tmp_path / "leaked.mp4")

    assert said.returncode == 2
    assert said.stdout.startswith("Cannot tell. It does not show this job's video")


async def test_it_cannot_tell_of_the_same_photo_without_its_mark(house: House, tmp_path: Path) -> None:
    other = render(MediaStore(tmp_path / "other"), PHOTOS[1], 3, mark=False)
    (tmp_path / "leaked.mp4").write_bytes(other.shown())

    said = house.trace(tmp_path / "leaked.mp4")

    assert said.returncode == 2
    assert "no mark of this job in it" in said.stdout


async def test_it_cannot_tell_where_the_mark_was_off(house: House, redis: Redis, tmp_path: Path) -> None:
    rendered = render(MediaStore.of(house.settings), PHOTOS[1], 3, mark=False)
    (tmp_path / "leaked.mp4").write_bytes(rendered.shown())
    record = await completed(house.queue, rendered, rendered.video)

    said = house.trace(tmp_path / "leaked.mp4", record.id, "--json")

    assert said.returncode == 2
    assert json.loads(said.stdout)["outcome"] == "NOT_MARKED"


async def test_it_cannot_tell_of_a_video_that_nobody_watched(house: House, tmp_path: Path) -> None:
    rendered = render(MediaStore.of(house.settings), PHOTOS[1], 3)
    (tmp_path / "leaked.mp4").write_bytes(rendered.shown())
    record = await completed(house.queue, rendered, rendered.video)

    said = house.trace(tmp_path / "leaked.mp4", record.id)

    assert said.returncode == 2
    assert "No playback" in said.stdout


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("no such job", "There is no job"),
        ("no id", "is not a job's id"),
        ("no such file", "There is no file"),
        ("no video", "cannot be read as a video"),
        ("no redis", "No Redis answers"),
        ("no media", "is not in"),
    ],
)
async def test_what_cannot_be_looked_into_is_an_error_in_a_sentence(
    case: str, words: str, house: House, tmp_path: Path
) -> None:
    leaked = tmp_path / "leaked.mp4"
    leaked.write_bytes(b"text" if case == "no video" else house.job.shown())

    said = house.trace(
        tmp_path / "nothing.mp4" if case == "no such file" else leaked,
        {"no such job": new_id("job"), "no id": "job_1"}.get(case),
        **({"I2V_REDIS_URL": "redis://127.0.0.1:1/0"} if case == "no redis" else {}),
        **({"I2V_MEDIA_DIR": str(tmp_path)} if case == "no media" else {}),
    )

    assert said.returncode == 1
    assert said.stdout == ""
    assert words in said.stderr
    assert len(said.stderr.strip().splitlines()) == 1


async def test_a_job_that_was_cancelled_after_it_was_watched_has_no_video(house: House, tmp_path: Path) -> None:
    unfinished = new_job()
    await house.queue.enqueue(unfinished)
    run = await house.queue.begin(unfinished.id)
    assert run
    assert await house.queue.report(unfinished.id, run, segments=2, video=house.job.video)
    await house.queue.cancel(unfinished.id, unfinished.viewer)
    (tmp_path / "leaked.mp4").write_bytes(house.job.shown())

    said = house.trace(tmp_path / "leaked.mp4", unfinished.id)

    assert said.returncode == 1
    assert "has no video to compare with: it is CANCELLED" in said.stderr
