"""The decode process: `python -m graphql_api.decode SOURCE PICTURE THUMBNAIL` reads one stranger's picture and ends.

It limits itself before it looks at the first byte: a crash, a bomb or a hang costs one upload and not the server.
The limits come by environment, under the names of the settings. It answers with one line of JSON:
`{"ok": true, "width", "height"}` or `{"ok": false, "code", "message", "how_to_fix", "limit", "detail"}`.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import resource
import signal
import sys
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from graphql_api.normal_form import normal_form
from graphql_api.picture_formats import HEAD_BYTES, declared_webp_size, is_cut_off, sniff
from graphql_api.refused_pictures import (
    damaged,
    not_stored,
    out_of_memory,
    refusal_for,
    too_many_pixels,
    truncated_file,
)
from i2v_core.errors import Limit, UploadRefused

#: Long side of the thumbnail in pixels: a card is at most 240 wide, and screens have two pixels for one.
THUMBNAIL_LONG_SIDE = 480
#: prctl(2): the signal a process gets when its parent ends.
_PR_SET_PDEATHSIG = 1
#: Pillow's plug-in for each format that `sniff` names. Only the one is imported, and only it is asked.
_PLUGINS = {
    "JPEG": "PIL.JpegImagePlugin",
    "PNG": "PIL.PngImagePlugin",
    "WEBP": "PIL.WebPImagePlugin",
    "AVIF": "PIL.AvifImagePlugin",
    "GIF": "PIL.GifImagePlugin",
    "TIFF": "PIL.TiffImagePlugin",
    "BMP": "PIL.BmpImagePlugin",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one decode may take: pixels, MiB of address space, seconds; and the long side of what it makes."""

    max_pixels: int
    memory_mb: int
    seconds: float
    long_side: int

    @classmethod
    def from_environment(cls) -> Limits:
        """The limits as the API process passes them on. Raises `KeyError` where one is missing."""
        return cls(
            max_pixels=int(float(os.environ["I2V_MAX_MEGAPIXELS"]) * 1_000_000),
            memory_mb=int(os.environ["I2V_DECODE_MEMORY_MB"]),
            seconds=float(os.environ["I2V_DECODE_SECONDS"]),
            long_side=int(os.environ["I2V_INPUT_LONG_SIDE"]),
        )


def take_in(source: Path, picture: Path, thumbnail: Path, limits: Limits) -> tuple[int, int]:
    """Write the picture's normal form and its thumbnail and return the normal form's width and height.

    Raises `UploadRefused`, also if it cannot be written, or `MemoryError`.
    """
    with source.open("rb") as file:
        image = _read(file, limits)
    small = image.copy()
    small.thumbnail((THUMBNAIL_LONG_SIDE, THUMBNAIL_LONG_SIDE), Image.Resampling.LANCZOS)
    try:
        # 4:4:4 at 95: the video halves the colours once more and compresses once more; this step should not show.
        _write(image, picture, "JPEG", quality=95, subsampling=0)
        _write(small, thumbnail, "WEBP", quality=80)
    except OSError as error:
        raise not_stored() from error
    return image.size


def _read(file: BinaryIO, limits: Limits) -> Image.Image:
    head = file.read(HEAD_BYTES)
    refusal = refusal_for(head)
    if refusal is not None:
        raise refusal
    kind = sniff(head)
    assert kind is not None
    size = declared_webp_size(head) if kind == "WEBP" else None
    opened = None
    try:
        _refuse_too_many(size, limits)
        opened = _open(file, kind)
        size = opened.size
        _refuse_too_many(size, limits)
        # From here on Pillow itself must not meet anything larger, such as a frame beyond the header's canvas.
        Image.MAX_IMAGE_PIXELS = limits.max_pixels
        return normal_form(opened, limits.long_side)
    except (UploadRefused, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise too_many_pixels(*(size or (0, 0)), limits.max_pixels) from error
    except Exception as error:  # the codecs raise whatever they like about broken files
        if _means_truncated(error) or is_cut_off(file, kind) or _lacks_strips(opened, file):
            raise truncated_file() from error
        raise damaged() from error


def _open(file: BinaryIO, kind: str) -> Image.Image:
    file.seek(0)
    if kind == "HEIC":
        import pillow_heif  # 40 ms that no other format should wait for

        # Threads each reserve address space of their own, which is limited.
        pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
        return Image.open(file, formats=["HEIF"])
    plugin = importlib.import_module(_PLUGINS[kind])
    if kind == "AVIF":
        vars(plugin)["DEFAULT_MAX_THREADS"] = 1
    return Image.open(file, formats=[kind])


def _refuse_too_many(size: tuple[int, int] | None, limits: Limits) -> None:
    if size is not None and size[0] * size[1] > limits.max_pixels:
        raise too_many_pixels(*size, limits.max_pixels)


def _means_truncated(error: Exception) -> bool:
    if isinstance(error, EOFError):
        return True
    words = str(error).lower()
    return any(word in words for word in ("truncated", "end of file", "end-of-file", "unexpected eof"))


def _lacks_strips(image: Image.Image | None, file: BinaryIO) -> bool:
    """Whether a TIFF's directory names strips or tiles that lie beyond the end of the file."""
    tags = getattr(image, "tag_v2", None)
    if not tags:
        return False
    size = file.seek(0, os.SEEK_END)
    for offsets, counts in ((273, 279), (324, 325)):
        if any(at + count > size for at, count in zip(tags.get(offsets, ()), tags.get(counts, ()), strict=False)):
            return True
    return False


def _write(image: Image.Image, path: Path, kind: str, **options: int) -> None:
    part = part_of(path)
    image.save(part, kind, **options)
    part.replace(path)


def part_of(path: Path) -> Path:
    """The file's name while it is being written; the API process removes it if this one is killed meanwhile."""
    return path.with_name(f".{path.name}.part")


def _limit_this_process(limits: Limits) -> None:
    seconds = max(1, round(limits.seconds))
    written = max(64 * 2**20, 3 * limits.long_side**2)  # more than the largest picture of that size takes uncompressed
    for what, soft, hard in (
        (resource.RLIMIT_AS, limits.memory_mb * 2**20, limits.memory_mb * 2**20),
        (resource.RLIMIT_CPU, seconds, seconds + 1),
        (resource.RLIMIT_FSIZE, written, written),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NOFILE, 64, 64),
    ):
        try:
            resource.setrlimit(what, (soft, hard))
        except (ValueError, OSError):
            continue  # macOS knows no address-space limit, and a container may allow less than we ask for
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = None  # until the header is read: we refuse by our own limit, with the picture's size


def _die_with_parent() -> None:
    parent = os.environ.get("I2V_DECODE_PARENT")
    if parent is None:
        return  # started by hand
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(parent):
        os._exit(1)  # it ended before we asked


def _refusal(refused: UploadRefused) -> dict[str, object]:
    limit: Limit | None = refused.limit
    cause = refused.__cause__
    return {
        "ok": False,
        "code": refused.code,
        "message": refused.message,
        "how_to_fix": refused.how_to_fix,
        "limit": asdict(limit) if limit else None,
        "detail": f"{type(cause).__name__}: {cause}"[:300] if cause else "",  # for the log, never for the sender
    }


def main() -> None:
    """Decode one picture and answer."""
    _die_with_parent()
    limits = Limits.from_environment()
    _limit_this_process(limits)
    source, picture, thumbnail = map(Path, sys.argv[1:4])
    try:
        width, height = take_in(source, picture, thumbnail, limits)
        answer: dict[str, object] = {"ok": True, "width": width, "height": height}
    except UploadRefused as refused:
        answer = _refusal(refused)
    except MemoryError:
        answer = _refusal(out_of_memory(limits.memory_mb))
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
