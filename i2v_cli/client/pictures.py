"""Which pictures are meant: files, folders, patterns, and `-` for one that comes in through a pipe."""

from __future__ import annotations

import glob
import hashlib
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from i2v_cli.client.ending import WrongUsage

#: What is taken out of a folder. A file that is named is sent whatever it is called: the server looks into it.
SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".png", ".webp", ".avif", ".heic", ".heif", ".gif", ".tif", ".tiff", ".bmp"}
)


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture. `shown` is how the command names it, `name` what the server is told."""

    path: Path
    shown: str
    name: str
    kept: BinaryIO | None = None  #: what came through a pipe, which can be read once

    def opened(self) -> BinaryIO:
        """The file, for reading from its beginning, as often as it takes. Raises `OSError`."""
        if self.kept is None:
            return self.path.open("rb")
        file = os.fdopen(os.dup(self.kept.fileno()), "rb")
        file.seek(0)
        return file


def find(arguments: Sequence[str]) -> list[Picture]:
    """The pictures that are meant, in the order given, each once. Raises `WrongUsage` before anything is sent."""
    found: dict[object, Picture] = {}
    for argument in arguments:
        for picture in _of(argument):
            with suppress(OSError):
                found.setdefault(picture.path.resolve(), picture)
    return list(found.values())


def _of(argument: str) -> Iterator[Picture]:
    if argument == "-":
        if sys.stdin is None or sys.stdin.isatty():
            raise WrongUsage("`-` reads a picture from a pipe, and there is none. Try: i2v submit - < picture.jpg")
        yield Picture(Path("-"), "-", "stdin", _kept(sys.stdin.buffer))
        return
    path = Path(argument)
    if path.is_dir():
        inside = [each for each in sorted(path.iterdir()) if _is_shown_picture(each)]
        if not inside:
            raise WrongUsage(f"There is no picture in {argument}. Folders within it are not looked into; name those.")
        yield from (Picture(each, str(each), each.name) for each in inside)
    elif path.exists():
        if stat.S_ISREG(path.stat().st_mode):
            yield Picture(path, argument, path.name)
        else:  # a named pipe, as `<(...)` of a shell makes one
            with path.open("rb") as source:
                yield Picture(path, argument, path.name, _kept(source))
    elif glob.has_magic(argument):
        matching = [Path(name) for name in sorted(glob.glob(argument, recursive=True))]
        files = [each for each in matching if each.is_file()]
        if not files:
            raise WrongUsage(f"No file is called like {argument}.")
        yield from (Picture(each, str(each), each.name) for each in files)
    else:
        raise WrongUsage(f"There is no file {argument}. Nothing was sent.")


def _kept(source: BinaryIO) -> BinaryIO:
    # On the disk, not in memory: it may be of any size, and may have to be sent twice.
    kept = tempfile.TemporaryFile()  # noqa: SIM115
    shutil.copyfileobj(source, kept)
    kept.flush()
    return cast(BinaryIO, kept)


def _is_shown_picture(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()


def key_of(file: BinaryIO, picture: Picture, options: object) -> str:
    """The idempotency key of a picture: the same bytes, name and options give the same one, on any machine."""
    digest = hashlib.file_digest(cast(Any, file), "sha256").hexdigest()
    file.seek(0)
    return "i2v-cli-" + hashlib.sha256(f"{digest}\n{picture.name}\n{options}".encode()).hexdigest()[:40]
