"""The mark on twenty photos and twenty playbacks: named after every attack, and nobody named for what has no such mark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import lru_cache
from pathlib import Path

import pytest

from i2v_core.marks import sequence
from i2v_core.media import MediaStore
from tests.worker.leaks import PHOTOS, Attack, Job, frames_of, render, save
from tests.worker.verdicts import ATTACKS, PLAYBACKS, Verdicts
from worker.watermark.alignment import align
from worker.watermark.footage import RecordingUnreadable, StoredVideo, read_recording
from worker.watermark.naming import Outcome, Verdict, name
from worker.watermark.reading import read
from worker.watermark.tracing import trace

#: The verdicts are waited for: most of a test's time is that of whatever goes on beside it.
pytestmark = pytest.mark.timeout(900)
#: Segments of three seconds.
SEGMENTS = 6
#: z that a recording without the mark must stay below. From 9 on (for six segments) somebody could be named.
WIDE = 4.5

Jobs = Callable[..., Job]
Look = Callable[[Job, Path, int], Verdict]


@pytest.fixture(scope="session")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> Jobs:
    """Jobs by photo, rendered once."""
    store = MediaStore(tmp_path_factory.mktemp("marked"))

    @lru_cache
    def job(number: int) -> Job:
        return render(store, PHOTOS[number], number)

    return job


@pytest.fixture(scope="session")
def look() -> Look:
    """The detector, each job's video decoded once."""

    @lru_cache(maxsize=2)
    def known(job: Job) -> StoredVideo:
        return StoredVideo(job.store, job.id, 1, segments=job.segments)

    def look(job: Job, leaked: Path, playbacks: int) -> Verdict:
        recording = read_recording(leaked)
        return name(read(recording, known(job), align(recording, known(job))), playbacks)

    return look


def test_there_are_twenty_photos() -> None:
    assert len({path.read_bytes() for path in PHOTOS}) == 20


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
@pytest.mark.parametrize("number", range(PLAYBACKS), ids=lambda number: PHOTOS[number].stem)
def test_every_bit_is_read_and_the_playback_named(
    number: int, attack: Attack, verdicts: Sequence[Future[Verdicts]]
) -> None:
    verdict = verdicts[number].result().leaked[attack.__name__]

    assert verdict.bits == sequence(number, len(verdict.bits))
    assert len(verdict.bits) == SEGMENTS
    assert verdict.numbers == (number,)
    assert verdict.belief > 0.95


@pytest.mark.parametrize("number", range(PLAYBACKS), ids=lambda number: PHOTOS[number].stem)
def test_a_video_of_the_same_photo_without_the_mark_names_nobody(
    number: int, verdicts: Sequence[Future[Verdicts]]
) -> None:
    assert_names_nobody(verdicts[number].result().unmarked)


@pytest.mark.parametrize("number", range(0, PLAYBACKS, 2), ids=lambda number: PHOTOS[number].stem)
def test_another_job_of_the_same_photo_names_nobody(number: int, verdicts: Sequence[Future[Verdicts]]) -> None:
    assert_names_nobody(verdicts[number].result().another_job)


@pytest.mark.parametrize("number", range(0, PLAYBACKS, 4), ids=lambda number: PHOTOS[number].stem)
def test_another_photos_job_names_nobody(number: int, verdicts: Sequence[Future[Verdicts]]) -> None:
    assert_names_nobody(verdicts[number].result().another_photo)


def assert_names_nobody(verdict: Verdict | None) -> None:
    assert verdict
    assert verdict.outcome is Outcome.NO_MARK
    assert verdict.z < WIDE


def test_a_recording_that_begins_late_and_goes_round_twice_is_read(jobs: Jobs, look: Look, tmp_path: Path) -> None:
    job = jobs(1)
    once = frames_of(job.shown())
    twice = once + [(time + 3, pixels) for time, pixels in once]
    save(twice[20:], tmp_path / "leaked.mp4")

    verdict = look(job, tmp_path / "leaked.mp4", PLAYBACKS)

    assert verdict.bits == sequence(1, job.segments)
    assert verdict.numbers == (1,)


def test_two_copies_put_together_name_nobody(jobs: Jobs, look: Look, tmp_path: Path) -> None:
    job = jobs(1)
    mine, others = frames_of(job.shown(0)), frames_of(job.shown(1))  # all A, all B
    save(mine[:36] + others[36:], tmp_path / "leaked.mp4")

    verdict = look(job, tmp_path / "leaked.mp4", 2)

    assert verdict.outcome is Outcome.NOBODYS


def test_two_copies_averaged_name_nobody(jobs: Jobs, look: Look, tmp_path: Path) -> None:
    job = jobs(1)
    pairs = zip(frames_of(job.shown(0)), frames_of(job.shown(1)), strict=True)
    save([(time, ((a.astype(int) + b) // 2).astype("uint8")) for (time, a), (_, b) in pairs], tmp_path / "leaked.mp4")

    verdict = look(job, tmp_path / "leaked.mp4", PLAYBACKS)

    assert verdict.outcome is not Outcome.NAMED


def test_one_second_of_it_is_too_little_to_name_one_of_many(jobs: Jobs, look: Look, tmp_path: Path) -> None:
    job = jobs(1)
    save(frames_of(job.shown())[:24], tmp_path / "leaked.mp4")

    verdict = look(job, tmp_path / "leaked.mp4", PLAYBACKS)

    assert verdict.outcome is Outcome.TOO_LITTLE
    assert verdict.read == 2


def test_a_video_that_is_still_being_made_is_traced_by_the_segments_it_has(jobs: Jobs, tmp_path: Path) -> None:
    job = jobs(2)
    save(frames_of(job.shown())[:48], tmp_path / "leaked.mp4")

    traced = trace(tmp_path / "leaked.mp4", job.store, job.id, 1, job.video, stored=4, viewings=3)

    assert traced.verdict.bits == (*sequence(2, 6)[:4], None, None)
    assert traced.verdict.numbers == (2,)


@pytest.mark.parametrize("content", [b"", b"no video at all", b"\0\0\0\x18ftypisom"], ids=["empty", "text", "cut off"])
def test_what_is_no_video_is_an_error_with_a_reason(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "leaked.mp4").write_bytes(content)

    with pytest.raises(RecordingUnreadable, match=r"\w"):
        read_recording(tmp_path / "leaked.mp4")
