"""What the tests of taking in pictures share: pictures made in the test, and a decoder to give them to."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from numpy.typing import NDArray
from PIL import Image

from graphql_api.decoder import Decoded, Decoder
from i2v_core.settings import Settings

PICTURES = Path(__file__).parent.parent / "pictures"
pillow_heif.register_heif_opener()

Take = Callable[..., Awaitable[Decoded]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the decoder puts what it makes; it is the decoder that makes the folder."""
    return tmp_path / "job"


@pytest.fixture
def take(tmp_path: Path, folder: Path) -> Take:
    """Decode some bytes (or a file) as if they had been uploaded under the name `photo.jpg`."""

    async def take(data: bytes | Path, **settings: float) -> Decoded:
        source = tmp_path / "photo.jpg"
        source.write_bytes(data.read_bytes() if isinstance(data, Path) else data)
        decoder = Decoder(Settings(**settings))  # type: ignore[arg-type]
        return await decoder.decode(source, folder / "picture.jpg", folder / "thumbnail.webp")

    return take


@pytest.fixture
def picture(folder: Path) -> Callable[[], NDArray[np.float64]]:
    """The normal form as numbers."""
    return lambda: pixels(Image.open(folder / "picture.jpg"))


def pixels(image: Image.Image) -> NDArray[np.float64]:
    return np.asarray(image.convert("RGB"), np.float64)


def photo(size: tuple[int, int] = (300, 200)) -> Image.Image:
    with Image.open(PICTURES / "coffee.png") as image:
        return image.convert("RGB").resize(size)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and brings next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    lines = zlib.compress(bytes(1_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


KINDS = {
    "JPEG": lambda: saved(photo(), "JPEG", quality=95),
    "PNG": lambda: saved(photo(), "PNG"),
    "WEBP": lambda: saved(photo(), "WEBP", quality=95),
    "AVIF": lambda: saved(photo(), "AVIF", quality=95),
    "HEIC": lambda: saved(photo(), "HEIF", quality=95),
    "GIF": lambda: saved(photo(), "GIF"),
    "TIFF": lambda: saved(photo(), "TIFF", compression="tiff_lzw"),
    "BMP": lambda: saved(photo(), "BMP"),
}
