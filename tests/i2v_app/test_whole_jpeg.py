"""A JPEG is whole if its picture is, whatever a phone has put behind it: only such a one is scaled before it is sent."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from tests.conftest import PICTURES
from tests.i2v_app.node import run_module

SOURCE = Path(__file__).resolve().parents[2] / "i2v_app" / "components" / "uploader" / "whole_jpeg.js"
_ASK = """
import { readFileSync } from "node:fs";
const [source, ...paths] = process.argv.slice(1);
const { isWholeJpeg } = await import(`data:text/javascript,${encodeURIComponent(source)}`);
for (const path of paths) console.log(isWholeJpeg(new Uint8Array(readFileSync(path))));
"""
#: What some phones end every photo with: notes for their own programs.
_NOTES = b"\x00\x00\x01\x0a\x0e\x00\x00\x00Image_UTC_Data1700000000000SEFHk\x00\x00\x00\x01\x00\x00\x00SEFT"
#: How the film of a moving photo begins.
_FILM = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(5000)


def are_whole(folder: Path, *pictures: bytes) -> list[bool]:
    """What the browser says of files of these bytes."""
    paths = [folder / f"{number}.jpg" for number in range(len(pictures))]
    for path, picture in zip(paths, pictures, strict=True):
        path.write_bytes(picture)
    said = run_module(_ASK, SOURCE.read_text(), *map(str, paths))
    return [line == "true" for line in said.split()]


def photo(**options: object) -> bytes:
    """A photo as a camera writes it: with a small copy of itself in its head."""
    with Image.open(PICTURES / "photos" / "brook.jpg") as image:
        small = io.BytesIO()
        image.resize((160, 120)).save(small, "JPEG")
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", exif=b"Exif\x00\x00" + small.getvalue(), **options)
    return buffer.getvalue()


def test_what_follows_a_whole_picture_makes_it_no_less_whole(tmp_path: Path) -> None:
    plain, progressive = photo(), photo(progressive=True)
    kinds = [plain, progressive, photo(restart_marker_rows=1)]

    found = are_whole(tmp_path, *kinds, plain + _NOTES, plain + _FILM, progressive + _FILM, plain + plain)

    assert found == [True] * 7


def test_a_picture_that_was_cut_off_is_not_whole_wherever_that_was(tmp_path: Path) -> None:
    plain, progressive = photo(), photo(progressive=True)
    parts = [picture[: len(picture) * tenth // 10] for picture in (plain, progressive) for tenth in range(10)]

    found = are_whole(tmp_path, *parts, plain[:-2], plain[:-1], plain[:6000], b"\xff\xd9", photo(progressive=True)[:-2])

    assert found == [False] * 25
