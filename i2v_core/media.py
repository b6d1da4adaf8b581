"""The media store: pictures, thumbnails, init segments and segments as files under one folder.

Layout: `<root>/<job id>/picture.jpg`, `thumbnail.webp`, `<run>/init.mp4`, `<run>/<index>.m4s`, and of a marked video
`<run>/<index>.b.m4s`, its variant B. Beside the jobs, `<root>/.incoming/` has what is being uploaded, as it comes.
What is kept of a job appears whole or not at all (written beside its place, then renamed). Paths are made of identifiers
and numbers alone, never of a name that came from outside. With a key (`I2V_MEDIA_KEY`) what is stored is sealed; what was
stored before there was one stays readable.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

from i2v_core.jobs import is_id
from i2v_core.seal import Seal, SealBroken, is_sealed
from i2v_core.settings import Settings


class MediaMissing(LookupError):
    """The store holds no such picture or segment (any more)."""


class MediaStore:
    """The store in one folder, sealed with a key if there is one. Cheap to make; it holds no open files.

    `OSError` where the disk says no, `SealBroken` for what was sealed with another key or tampered with.
    """

    def __init__(self, root: Path, key: str | None = None) -> None:
        self.root = root
        self._seal = Seal(key) if key else None

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The store that the settings name."""
        return cls(settings.media_path, settings.media_key)

    def folder(self, job_id: str) -> Path:
        """The folder of a job. Raises `MediaMissing` if the text is no job id."""
        if not is_id("job", job_id):
            raise MediaMissing(job_id)
        return self.root / job_id

    def picture_path(self, job_id: str) -> Path:
        """Where the job's picture in normal form is kept."""
        return self.folder(job_id) / "picture.jpg"

    def thumbnail_path(self, job_id: str) -> Path:
        """Where the job's thumbnail is kept."""
        return self.folder(job_id) / "thumbnail.webp"

    def seal_pictures(self, job_id: str) -> None:
        """Seal the picture and the thumbnail that a decoder has just written in the clear; nothing without a key."""
        if self._seal:
            for path in (self.picture_path(job_id), self.thumbnail_path(job_id)):
                self._put(path, path.read_bytes())

    def copy_pictures(self, source: str, target: str) -> None:
        """Store the picture and the thumbnail of a job for another one too. Raises `MediaMissing`.

        Copied, not linked: what is sealed is sealed for one place.
        """
        for path in (self.picture_path, self.thumbnail_path):
            self._put(path(target), self._get(path(source)))

    def picture(self, job_id: str) -> bytes:
        """The job's picture in normal form (JPEG). Raises `MediaMissing`."""
        return self._get(self.picture_path(job_id))

    def thumbnail(self, job_id: str) -> bytes:
        """The job's thumbnail (WebP). Raises `MediaMissing`."""
        return self._get(self.thumbnail_path(job_id))

    def put_init(self, job_id: str, run: int, data: bytes) -> None:
        """Store the init segment of a run."""
        self._put(self._run(job_id, run) / "init.mp4", data)

    def put_segment(self, job_id: str, run: int, index: int, data: bytes, *, variant: int = 0) -> None:
        """Store segment `index` (from 0) of a run; variant 0 is A, or the only one, 1 is B."""
        self._put(self._segment(job_id, run, index, variant), data)

    def init(self, job_id: str, run: int) -> bytes:
        """The init segment of a run. Raises `MediaMissing`."""
        return self._get(self._run(job_id, run) / "init.mp4")

    def segment(self, job_id: str, run: int, index: int, *, variant: int = 0) -> bytes:
        """Segment `index` of a run; variant 0 is A, or the only one, 1 is B. Raises `MediaMissing`."""
        return self._get(self._segment(job_id, run, index, variant))

    def delete(self, job_id: str) -> None:
        """Remove everything of a job; nothing happens if there is nothing."""
        shutil.rmtree(self.folder(job_id), ignore_errors=True)

    def delete_many(self, job_ids: Iterable[str]) -> None:
        """Remove everything of these jobs."""
        for job_id in job_ids:
            self.delete(job_id)

    def drop_run(self, job_id: str, run: int) -> None:
        """Remove the segments of one run."""
        shutil.rmtree(self._run(job_id, run), ignore_errors=True)

    def drop_runs(self, job_id: str, *, up_to: int, keep: int | None = None) -> None:
        """Remove the segments of the job's runs up to that one, but `keep`. A later run is somebody else's."""
        for path in self._entries(self.folder(job_id)):
            if path.name.isdigit() and int(path.name) <= up_to and path.name != str(keep):
                shutil.rmtree(path, ignore_errors=True)

    @property
    def incoming(self) -> Path:
        """Where uploads lie while they come in: beside the jobs, so that they share the disk and its limits."""
        return self.root / ".incoming"

    def takes_uploads(self) -> bool:
        """Whether a file that is uploaded now could be written."""
        try:
            self.incoming.mkdir(parents=True, exist_ok=True)
        except OSError:
            return False
        return os.access(self.incoming, os.W_OK | os.X_OK)

    def drop_incoming(self, *, before: float) -> int:
        """Remove uploads that were last written to before that moment (UNIX seconds); how many there were."""
        count = 0
        for path in self._entries(self.incoming):
            with suppress(FileNotFoundError):  # taken in meanwhile
                if path.stat().st_mtime < before:
                    path.unlink()
                    count += 1
        return count

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

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def _run(self, job_id: str, run: int) -> Path:
        return self.folder(job_id) / str(int(run))

    def _segment(self, job_id: str, run: int, index: int, variant: int) -> Path:
        return self._run(job_id, run) / f"{int(index)}{'.b' if variant else ''}.m4s"

    def _get(self, path: Path) -> bytes:
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            raise MediaMissing(path.name) from None
        if self._seal:
            return self._seal.open(data, self._name(path))
        if is_sealed(data):
            raise SealBroken(f"{self._name(path)} is sealed, and there is no I2V_MEDIA_KEY")
        return data

    def _put(self, path: Path, data: bytes) -> None:
        if self._seal:
            data = self._seal.close(data, self._name(path))
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
