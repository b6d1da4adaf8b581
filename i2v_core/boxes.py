"""ISO base media boxes: writing the init segment and the media segments of one video track, and walking any.

One track, one `traf` and one `trun` a segment, every sample's size explicit: whoever encrypts a segment later (`cenc.py` in the
API) finds each sample by adding up. ISO/IEC 14496-12 (boxes), 14496-15 (`avc1`, `avcC`), 23000-19 (CMAF).
FFmpeg's own muxer is not used because it holds a fragment back until the next one's first frame: a quarter of a second
of model time at every segment.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

#: The only track's number.
TRACK = 1
#: sample_flags of a sync sample and of one that depends on others (14496-12, 8.8.3.1).
_SYNC, _NOT_SYNC = 0x02000000, 0x01010000
#: Identity matrix of `mvhd` and `tkhd` (8.2.2).
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


@dataclass(frozen=True, slots=True)
class Box:
    """One box where it was found: its type and the bytes of its content at `start` up to `end` in what was walked."""

    type: bytes
    start: int
    end: int


def walk(data: bytes, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """The boxes that lie side by side between `start` and `end`. Raises `ValueError` where one does not fit."""
    end = len(data) if end is None else end
    while start < end:
        if end - start < 8:
            raise ValueError("a box is cut off")
        size, kind = struct.unpack_from(">I4s", data, start)
        content = start + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, content)
            content += 8
        if size < content - start or start + size > end:
            raise ValueError(f"the size of the box {kind!r} is wrong")
        yield Box(kind, content, start + size)
        start += size


def init_segment(*, width: int, height: int, timescale: int, avcc: bytes) -> bytes:
    """`ftyp` and `moov` of a fragmented file with one H.264 track in limited BT.709. `avcc`: see `avc_config`."""
    ftyp = box(b"ftyp", b"iso6" + struct.pack(">I", 0), b"iso6cmfcavc1mp41")
    mvhd = full_box(
        b"mvhd",
        0,
        0,
        struct.pack(">4IIH10x", 0, 0, timescale, 0, 0x10000, 0x100),
        _MATRIX,
        bytes(24),
        struct.pack(">I", TRACK + 1),
    )
    # Flags 3: enabled and in the movie.
    tkhd = full_box(
        b"tkhd",
        0,
        3,
        struct.pack(">5I8x4H", 0, 0, TRACK, 0, 0, 0, 0, 0, 0),
        _MATRIX,
        struct.pack(">2I", width << 16, height << 16),
    )
    mdhd = full_box(b"mdhd", 0, 0, struct.pack(">4I2H", 0, 0, timescale, 0, 0x55C4, 0))  # 0x55C4: language "und"
    hdlr = full_box(b"hdlr", 0, 0, bytes(4), b"vide", bytes(12), b"i2v\0")
    dinf = box(b"dinf", full_box(b"dref", 0, 0, struct.pack(">I", 1), full_box(b"url ", 0, 1)))
    no_samples = (
        b"".join(full_box(kind, 0, 0, bytes(4)) for kind in (b"stts", b"stsc"))
        + full_box(b"stsz", 0, 0, bytes(8))
        + full_box(b"stco", 0, 0, bytes(4))
    )
    stsd = full_box(b"stsd", 0, 0, struct.pack(">I", 1), _sample_entry(width, height, avcc))
    minf = box(b"minf", full_box(b"vmhd", 0, 1, bytes(8)), dinf, box(b"stbl", stsd, no_samples))
    trak = box(b"trak", tkhd, box(b"mdia", mdhd, hdlr, minf))
    mvex = box(b"mvex", full_box(b"trex", 0, 0, struct.pack(">5I", TRACK, 1, 0, 0, 0)))
    return ftyp + box(b"moov", mvhd, trak, mvex)


def media_segment(*, index: int, start: int, sample_duration: int, samples: Sequence[bytes]) -> bytes:
    """`moof` and `mdat` of segment `index` (from 0): length-prefixed samples, the first a keyframe, from time `start`.

    `start` and `sample_duration` are in units of the timescale.
    """
    # default-base-is-moof, default duration, default flags
    tfhd = full_box(b"tfhd", 0, 0x020000 | 0x08 | 0x20, struct.pack(">3I", TRACK, sample_duration, _NOT_SYNC))
    tfdt = full_box(b"tfdt", 1, 0, struct.pack(">Q", start))
    sizes = struct.pack(f">{len(samples)}I", *(len(sample) for sample in samples))

    def moof(data_offset: int) -> bytes:
        # data offset, first sample's flags, a size each
        trun = full_box(b"trun", 0, 0x01 | 0x04 | 0x200, struct.pack(">IiI", len(samples), data_offset, _SYNC), sizes)
        mfhd = full_box(b"mfhd", 0, 0, struct.pack(">I", index + 1))
        return box(b"moof", mfhd, box(b"traf", tfhd, tfdt, trun))

    return moof(len(moof(0)) + 8) + box(b"mdat", *samples)


def nal_units(annex_b: bytes) -> list[bytes]:
    """The NAL units of a byte stream with start codes (H.264 annex B)."""
    # A unit never ends in a zero byte (7.4.1), so zeros before a start code belong to the start code.
    return [unit.rstrip(b"\0") for unit in annex_b.split(b"\0\0\1")[1:]]


def length_prefixed(units: Sequence[bytes]) -> bytes:
    """The NAL units as one sample: each after its length in four bytes."""
    return b"".join(struct.pack(">I", len(unit)) + unit for unit in units)


def avc_config(units: Sequence[bytes]) -> bytes:
    """The `avcC` record (14496-15, 5.3.3.1) of the parameter sets among the NAL units."""
    sps = [unit for unit in units if unit[0] & 0x1F == 7]
    pps = [unit for unit in units if unit[0] & 0x1F == 8]
    record = bytes([1, sps[0][1], sps[0][2], sps[0][3], 0xFC | 3, 0xE0 | len(sps)])
    record += b"".join(struct.pack(">H", len(unit)) + unit for unit in sps)
    record += bytes([len(pps)]) + b"".join(struct.pack(">H", len(unit)) + unit for unit in pps)
    if sps[0][1] in (100, 110, 122, 144):  # High profiles add the chroma format, here 4:2:0 in 8 bits
        record += bytes([0xFC | 1, 0xF8, 0xF8, 0])
    return record


def _sample_entry(width: int, height: int, avcc: bytes) -> bytes:
    fields = (
        bytes(6)
        + struct.pack(">H16x2H2I4xH", 1, width, height, 0x480000, 0x480000, 1)
        + bytes(32)
        + struct.pack(">Hh", 24, -1)
    )
    # Primaries, transfer and matrix 1: BT.709; 0: limited range.
    colour = box(b"colr", b"nclx", struct.pack(">3HB", 1, 1, 1, 0))
    return box(b"avc1", fields, box(b"avcC", avcc), colour, box(b"pasp", struct.pack(">2I", 1, 1)))


def box(kind: bytes, *content: bytes | bytearray) -> bytes:
    """A box of that type (four bytes) around the content."""
    return struct.pack(">I4s", 8 + sum(map(len, content)), kind) + b"".join(content)


def full_box(kind: bytes, version: int, flags: int, *content: bytes | bytearray) -> bytes:
    """A box whose content begins with a version and 24 bits of flags (14496-12, 4.2)."""
    return box(kind, struct.pack(">I", version << 24 | flags), *content)
