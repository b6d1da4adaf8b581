"""Common Encryption of our segments on their way out: scheme `cenc`, AES-128 in counter mode (ISO/IEC 23001-7).

The init segment learns that its track is protected and by which key id; of each sample in a media segment everything is
encrypted but the lengths of its NAL units and their headers. A sample's initialisation vector is its segment's index and
its place in there, so a segment that is fetched again is the same again and no vector ever serves two samples.

Only segments that `i2v_core.boxes` wrote go in: one track, one `traf`, one `trun` with every sample's size.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

from i2v_core.boxes import Box, box, full_box, walk

#: Bytes of a sample's initialisation vector; the counter's other eight start at zero.
_IV_BYTES = 8
#: Bytes of a NAL unit that stay clear after its length: its header and, for a slice, the slice's header, which decoders
#: outside the protected path read. x264's are under 20 bytes without B-frames and weighted prediction.
_CLEAR = 32
#: Encrypted ranges are whole AES blocks (9.5.2.2 asks for it so that hardware decoders need no rest of a block).
_BLOCK = 16
#: NAL unit types that hold pictures: slices without and with IDR.
_SLICES = (1, 5)
#: `senc` flag: subsamples are listed.
_SUBSAMPLES = 2


def protect_init(init: bytes, key_id: bytes) -> bytes:
    """The init segment with its `avc1` sample entry made an `encv` under that key id (16 bytes)."""
    entry = _find(init, b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd")
    (avc1,) = walk(init, entry.start + 8, entry.end)  # after version, flags and the count
    tenc = full_box(b"tenc", 0, 0, bytes([0, 0, 1, _IV_BYTES]), key_id)
    sinf = box(
        b"sinf",
        box(b"frma", avc1.type),
        full_box(b"schm", 0, 0, b"cenc", struct.pack(">I", 0x10000)),
        box(b"schi", tenc),
    )
    encv = box(b"encv", init[avc1.start : avc1.end], sinf)
    return _replaced(init, (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd"), avc1, encv)


def encrypt_segment(segment: bytes, index: int, key: bytes) -> bytes:
    """Media segment `index` (from 0) encrypted with that key (16 bytes)."""
    moof, mdat = walk(segment)
    traf = _find(segment, b"moof", b"traf")
    inside = {found.type: found for found in walk(segment, traf.start, traf.end)}
    sizes = _sizes(segment, inside[b"trun"])
    algorithm = AES(key)
    payload = bytearray(segment[mdat.start : mdat.end])
    entries, position = [], 0
    for number, size in enumerate(sizes):
        vector = struct.pack(">II", index, number)
        ranges = list(_ranges(payload, position, position + size))
        _encrypt(payload, position, ranges, Cipher(algorithm, CTR(vector + bytes(_BLOCK - _IV_BYTES))))
        entries.append(vector + struct.pack(">H", len(ranges)) + b"".join(struct.pack(">HI", *pair) for pair in ranges))
        position += size
    return _reassembled(segment, moof, traf, inside[b"trun"], entries) + box(b"mdat", payload)


def _ranges(data: bytearray, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sample's bytes as pairs: so many clear, then so many encrypted."""
    clear = 0
    while start < end:
        length = 4 + int(struct.unpack_from(">I", data, start)[0])
        is_slice = data[start + 4] & 0x1F in _SLICES
        hidden = max(0, length - 4 - _CLEAR) // _BLOCK * _BLOCK if is_slice else 0
        clear += length - hidden
        if hidden:
            while clear > 0xFFFF:  # the field has 16 bits
                yield 0xFFFF, 0
                clear -= 0xFFFF
            yield clear, hidden
            clear = 0
        start += length
    if clear:
        yield clear, 0


def _encrypt(data: bytearray, start: int, ranges: list[tuple[int, int]], cipher: Cipher[CTR]) -> None:
    encryptor = cipher.encryptor()  # one key stream runs through all ranges of a sample
    for clear, hidden in ranges:
        start += clear
        if hidden:
            data[start : start + hidden] = encryptor.update(data[start : start + hidden])
        start += hidden


def _reassembled(segment: bytes, moof: Box, traf: Box, trun: Box, entries: list[bytes]) -> bytes:
    """The `moof` with the encryption's boxes in its `traf`, its offsets corrected."""
    saiz = full_box(b"saiz", 0, 0, struct.pack(">BI", 0, len(entries)), bytes(map(len, entries)))
    senc = full_box(b"senc", 0, _SUBSAMPLES, struct.pack(">I", len(entries)), *entries)
    saio_size = 20
    grown = len(saiz) + saio_size + len(senc)
    (data_offset,) = struct.unpack_from(">i", segment, trun.start + 8)  # after version, flags and the sample count
    run = bytearray(segment[trun.start : trun.end])
    struct.pack_into(">i", run, 8, data_offset + grown)
    before = segment[traf.start : trun.start - 8]
    after = segment[trun.end : traf.end]
    # Offsets count from the start of the moof: its header, what lies before the traf, the traf's header, its boxes.
    first_entry = (traf.start - moof.start + 8) + len(before) + 8 + len(run) + len(after) + len(saiz) + saio_size + 16
    saio = full_box(b"saio", 0, 0, struct.pack(">II", 1, first_entry))
    new_traf = box(b"traf", before, box(b"trun", run), after, saiz, saio, senc)
    return box(b"moof", segment[moof.start : traf.start - 8], new_traf)


def _sizes(segment: bytes, trun: Box) -> tuple[int, ...]:
    flags, count = struct.unpack_from(">II", segment, trun.start)
    if flags & 0xFFFFFF != 0x01 | 0x04 | 0x200:
        raise ValueError("not a segment of ours: its trun has other fields")
    return struct.unpack_from(f">{count}I", segment, trun.start + 16)


def _find(data: bytes, *path: bytes) -> Box:
    """The first box under that path. Raises `ValueError` if there is none."""
    found = Box(b"", 0, len(data))
    for kind in path:
        inner = next((one for one in walk(data, found.start, found.end) if one.type == kind), None)
        if inner is None:
            raise ValueError(f"not a segment of ours: there is no {kind!r}")
        found = inner
    return found


def _replaced(data: bytes, path: tuple[bytes, ...], old: Box, new: bytes) -> bytes:
    """The data with one box replaced, and the sizes of the boxes around it corrected."""
    grown = len(new) - (old.end - old.start + 8)
    whole = bytearray(data[: old.start - 8] + new + data[old.end :])
    for depth in range(1, len(path) + 1):
        around = _find(data, *path[:depth])
        struct.pack_into(">I", whole, around.start - 8, around.end - around.start + 8 + grown)
    return bytes(whole)
