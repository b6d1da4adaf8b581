"""Which kind of file it is, from its bytes alone: names and Content-Types are the sender's word and are not asked.

Imports next to nothing, so that the decode process starts quickly and the API can ask before it stores a byte.
"""

from __future__ import annotations

import struct
from typing import BinaryIO, Literal

#: What is taken in, as people know it.
FORMATS = ("JPEG", "PNG", "WebP", "AVIF", "HEIC", "GIF", "TIFF", "BMP")
#: Bytes of a file's beginning that `sniff` and `name_of_other` want to see; fewer will do for most files.
HEAD_BYTES = 512

_AVIF_BRANDS = {b"avif", b"avis"}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
#: Sizes that a BMP's second header can have, from OS/2's to Windows's version 5. "BM" alone begins many a text.
_BMP_HEADERS = {12, 16, 40, 52, 56, 64, 108, 124}
#: Signatures of what people send and is not taken in, with its name in a sentence.
_OTHERS = (
    (b"8BPS", "a Photoshop document"),
    (b"%PDF", "a PDF"),
    (b"%!PS", "a PostScript file"),
    (b"\x00\x00\x01\x00", "an icon file (ICO)"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (b"\x76\x2f\x31\x01", "an OpenEXR picture"),
    (b"#?RADIANCE", "a Radiance HDR picture"),
    (b"qoif", "a QOI picture"),
    (b"DDS ", "a DirectDraw texture"),
    (b"FUJIFILMCCD-RAW", "a camera's raw file"),
    (b"IIU\x00", "a camera's raw file"),
    (b"IIRO", "a camera's raw file"),
    (b"\x1aE\xdf\xa3", "a video"),
    (b"\x00\x00\x01\xba", "a video"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
)


def sniff(head: bytes) -> str | None:
    """The format by its signature: "JPEG", "PNG", "WEBP", "AVIF", "HEIC", "GIF", "TIFF", "BMP", or None."""
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return "GIF"
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return None if head[8:10] == b"CR" else "TIFF"  # CR: Canon's raw files are TIFF in all but the picture
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return "BMP"
    brands = _brands(head)
    if brands & _AVIF_BRANDS:
        return "AVIF"
    return "HEIC" if brands & _HEIC_BRANDS else None


def name_of_other(head: bytes) -> str | None:
    """What a file is that `sniff` does not take for a picture, such as "a PDF"; None if that is not known."""
    for signature, name in _OTHERS:
        if head.startswith(signature):
            return name
    if head[:4] in (b"II*\0", b"MM\0*"):
        return "a camera's raw file"
    if head[4:8] in (b"ftyp", b"moov", b"mdat") or (head[:4] == b"RIFF" and head[8:12] == b"AVI "):
        return "a camera's raw file" if head[8:11] == b"crx" else "a video"
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:HEAD_BYTES].lower()
    if text.startswith((b"<svg", b"<?xml", b"<!--")) and b"<svg" in text:
        return "an SVG drawing"
    return None


def declared_webp_size(head: bytes) -> tuple[int, int] | None:
    """Width and height from a WebP's header, asked first because Pillow reserves the canvas as soon as it opens one."""
    kind = head[12:16]
    if kind == b"VP8X" and len(head) >= 30:
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if kind == b"VP8L" and len(head) >= 25:
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 " and len(head) >= 30:
        width, height = struct.unpack_from("<HH", head, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


def is_cut_off(file: BinaryIO, kind: str) -> bool:
    """Whether a file that could not be read ends before its own structure says so. `kind` as `sniff` gives it."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 64))
    tail = file.read()
    file.seek(0)
    head = file.read(64)
    if kind == "PNG":
        return b"IEND" not in tail
    if kind == "JPEG":
        return b"\xff\xd9" not in tail
    if kind == "GIF":
        return not tail.rstrip(b"\0").endswith(b";")
    if kind == "WEBP":
        return size < 8 + int.from_bytes(head[4:8], "little")
    if kind == "BMP":
        return size < int.from_bytes(head[2:6], "little")
    if kind in ("AVIF", "HEIC"):
        return _boxes_overrun(file, size)
    return size < _tiff_directory(head) + 2


def _brands(head: bytes) -> set[bytes]:
    if head[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return {head[8:12], *(head[at : at + 4] for at in range(16, end - 3, 4))}


def _tiff_directory(head: bytes) -> int:
    order: Literal["little", "big"] = "little" if head[:2] == b"II" else "big"
    big = head[2:4] in (b"+\0", b"\0+")
    return int.from_bytes(head[8:16] if big else head[4:8], order)


def _boxes_overrun(file: BinaryIO, size: int) -> bool:
    at = 0
    while at + 8 <= size:
        file.seek(at)
        head = file.read(16)
        length = int.from_bytes(head[:4], "big")
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if length == 0:
            return False  # reaches to the end, wherever that is
        if length < 8:
            return False  # nonsense rather than too little
        at += length
    return at != size
