"""The media store: pictures, thumbnails, init segments and segments as files under one folder.

Layout: `<root>/<job id>/picture.jpg`, `thumbnail.webp`, `<run>/init.mp4`, `<run>/<index>.m4s`. A file appears whole or
not at all (written beside its place, then renamed). Paths are made of identifiers and numbers alone, never of a name
that came from outside.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from i2v_core.jobs import is_id


class MediaMissing(LookupError):
    """The store holds no such picture or segment (any more)."""


class MediaStore:
    """The store in one folder. Cheap to make; it holds no open files. `OSError` where the disk says no."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, job_id: str) -> Path:
        """The folder of a job. Raises `MediaMissing` if the text is no job id."""
        if not is_id("job", job_id):
            raise MediaMissing(job_id)
        return self.root / job_id

    def picture(self, job_id: str) -> Path:
        """Where the job's picture in normal form is kept."""
        return self.folder(job_id) / "picture.jpg"

    def thumbnail(self, job_id: str) -> Path:
        """Where the job's thumbnail is kept."""
        return self.folder(job_id) / "thumbnail.webp"

    def put_init(self, job_id: str, run: int, data: bytes) -> None:
        """Store the init segment of a run."""
        self._put(self._run(job_id, run) / "init.mp4", data)

    def put_segment(self, job_id: str, run: int, index: int, data: bytes) -> None:
        """Store segment `index` (from 0) of a run."""
        self._put(self._run(job_id, run) / f"{int(index)}.m4s", data)

    def init(self, job_id: str, run: int) -> bytes:
        """The init segment of a run. Raises `MediaMissing`."""
        return self._get(self._run(job_id, run) / "init.mp4")

    def segment(self, job_id: str, run: int, index: int) -> bytes:
        """Segment `index` of a run. Raises `MediaMissing`."""
        return self._get(self._run(job_id, run) / f"{int(index)}.m4s")

    def delete(self, job_id: str) -> None:
        """Remove everything of a job; nothing happens if there is nothing."""
        shutil.rmtree(self.folder(job_id), ignore_errors=True)

    def drop_run(self, job_id: str, run: int) -> None:
        """Remove the segments of one run."""
        shutil.rmtree(self._run(job_id, run), ignore_errors=True)

    def drop_runs(self, job_id: str, keep: int | None = None) -> None:
        """Remove the segments of every run of the job but `keep`."""
        for path in self._entries(self.folder(job_id)):
            if path.name.isdigit() and path.name != str(keep):
                shutil.rmtree(path, ignore_errors=True)

    def job_ids(self) -> Iterator[tuple[str, float]]:
        """Every job that has a folder here, with the folder's age mark (UNIX seconds of its last change)."""
        for path in self._entries(self.root):
            if is_id("job", path.name):
                try:
                    yield path.name, path.stat().st_mtime
                except FileNotFoundError:
                    continue  # deleted meanwhile

    @staticmethod
    def _entries(folder: Path) -> list[Path]:
        try:
            return list(folder.iterdir())
        except FileNotFoundError:
            return []

    def _run(self, job_id: str, run: int) -> Path:
        return self.folder(job_id) / str(int(run))

    @staticmethod
    def _get(path: Path) -> bytes:
        try:
            return path.read_bytes()
        except FileNotFoundError:
            raise MediaMissing(path.name) from None

    @staticmethod
    def _put(path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
