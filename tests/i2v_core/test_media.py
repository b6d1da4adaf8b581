"""The media store: whole files or none, and no path made from outside."""

from __future__ import annotations

from pathlib import Path

import pytest

from i2v_core.jobs import new_id
from i2v_core.media import MediaMissing, MediaStore
from i2v_core.seal import SealBroken

KEY = "0123456789abcdef0123456789abcdef"


def test_what_is_put_is_given_back_and_nothing_half_written_stays(tmp_path: Path) -> None:
    store, job = MediaStore(tmp_path), new_id("job")

    store.put_init(job, 1, b"init")
    store.put_segment(job, 1, 0, b"segment")

    assert store.init(job, 1) == b"init"
    assert store.segment(job, 1, 0) == b"segment"
    assert sorted(p.name for p in (tmp_path / job / "1").iterdir()) == ["0.m4s", "init.mp4"]
    with pytest.raises(MediaMissing):
        store.segment(job, 1, 1)
    with pytest.raises(MediaMissing):
        store.segment(job, 2, 0)


@pytest.mark.parametrize("job", ["../escape", "", "job_", "/etc", "job_" + "A" * 24, "viewer_" + "a" * 24])
def test_a_path_is_never_made_from_anything_but_a_job_id(tmp_path: Path, job: str) -> None:
    with pytest.raises(MediaMissing):
        MediaStore(tmp_path).picture_path(job)


def test_only_the_runs_that_are_kept_stay(tmp_path: Path) -> None:
    store, job = MediaStore(tmp_path), new_id("job")
    for run in (1, 2, 3):
        store.put_segment(job, run, 0, b"x")

    store.drop_runs(job, up_to=3, keep=2)

    assert store.segment(job, 2, 0) == b"x"
    with pytest.raises(MediaMissing):
        store.segment(job, 1, 0)


def test_a_deleted_job_leaves_nothing(tmp_path: Path) -> None:
    store, job = MediaStore(tmp_path), new_id("job")
    store.put_segment(job, 1, 0, b"x")
    assert [found for found, _ in store.job_ids()] == [job]

    store.delete(job)
    store.delete(job)

    assert list(tmp_path.iterdir()) == []


def test_the_variants_of_a_segment_lie_side_by_side(tmp_path: Path) -> None:
    store, job = MediaStore(tmp_path), new_id("job")

    store.put_segment(job, 1, 0, b"variant a")
    store.put_segment(job, 1, 0, b"variant b", variant=1)

    assert (store.segment(job, 1, 0), store.segment(job, 1, 0, variant=1)) == (b"variant a", b"variant b")
    with pytest.raises(MediaMissing):
        store.segment(job, 1, 1, variant=1)


@pytest.mark.parametrize("key", [None, KEY])
def test_a_picture_that_is_copied_for_another_job_is_kept_until_that_one_goes(tmp_path: Path, key: str | None) -> None:
    store, first, second = MediaStore(tmp_path, key), new_id("job"), new_id("job")
    store.folder(first).mkdir()
    store.picture_path(first).write_bytes(b"a picture")
    store.thumbnail_path(first).write_bytes(b"small")
    store.seal_pictures(first)

    store.copy_pictures(first, second)
    store.delete(first)

    assert (store.picture(second), store.thumbnail(second)) == (b"a picture", b"small")
    with pytest.raises(MediaMissing):
        store.copy_pictures(first, new_id("job"))


def test_with_a_key_nothing_on_the_disk_can_be_read_or_swapped(tmp_path: Path) -> None:
    clear, sealed, job = MediaStore(tmp_path), MediaStore(tmp_path, KEY), new_id("job")
    clear.put_segment(job, 1, 0, b"stored before there was a key")
    sealed.put_segment(job, 1, 1, b"a secret segment")
    sealed.put_segment(job, 1, 2, b"another")
    sealed.picture_path(job).write_bytes(b"just decoded")
    sealed.thumbnail_path(job).write_bytes(b"small")

    sealed.seal_pictures(job)

    assert sealed.segment(job, 1, 0) == b"stored before there was a key"
    assert sealed.segment(job, 1, 1) == b"a secret segment"
    assert (sealed.picture(job), sealed.thumbnail(job)) == (b"just decoded", b"small")
    on_disk = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"secret" not in on_disk
    assert b"decoded" not in on_disk
    for other_key in (KEY[::-1], None):
        with pytest.raises(SealBroken):
            MediaStore(tmp_path, other_key).segment(job, 1, 1)
    (tmp_path / job / "1" / "1.m4s").write_bytes((tmp_path / job / "1" / "2.m4s").read_bytes())
    with pytest.raises(SealBroken):
        sealed.segment(job, 1, 1)
