"""The media store: whole files or none, and no path made from outside."""

from __future__ import annotations

from pathlib import Path

import pytest

from i2v_core.jobs import new_id
from i2v_core.media import MediaMissing, MediaStore


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
        MediaStore(tmp_path).picture(job)


def test_only_the_runs_that_are_kept_stay(tmp_path: Path) -> None:
    store, job = MediaStore(tmp_path), new_id("job")
    for run in (1, 2, 3):
        store.put_segment(job, run, 0, b"x")

    store.drop_runs(job, keep=2)

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
