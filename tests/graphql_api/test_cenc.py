"""Common Encryption: an independent decryptor (FFmpeg's) gets back every byte, and nobody gets anything without the key."""

from __future__ import annotations

import io
import itertools
import secrets
import struct
from collections.abc import Callable
from fractions import Fraction
from functools import cache

import av
import numpy as np
import pytest
from PIL import Image

from graphql_api.cenc import encrypt_segment, protect_init
from i2v_core.boxes import avc_config, init_segment, length_prefixed, media_segment, nal_units, walk
from tests.conftest import PICTURES

KEY, OTHER, KEY_ID = bytes(range(16)), bytes(16), secrets.token_bytes(16)
GOP, COUNT = 12, 4


@cache
def video(crf: int = 23, slices: int = 1) -> tuple[bytes, tuple[bytes, ...]]:
    """Init segment and segments of a moving picture, as the worker writes them."""
    codec = av.CodecContext.create("libx264", "w")
    codec.width, codec.height, codec.pix_fmt, codec.time_base = 320, 320, "yuv420p", Fraction(1, 24)
    codec.gop_size, codec.max_b_frames, codec.thread_count, codec.flags = GOP, 0, 1, codec.flags | 1 << 22
    codec.options = {"preset": "veryfast", "tune": "zerolatency", "crf": str(crf), "x264-params": f"slices={slices}"}
    picture = np.asarray(Image.open(PICTURES / "coffee.png").convert("RGB"))
    samples = []
    for number in range(GOP * COUNT):
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture[number : number + 320, 40:360]), format="rgb24")
        frame.pts = number
        samples += [
            length_prefixed(nal_units(bytes(packet))) for packet in codec.encode(frame.reformat(format="yuv420p"))
        ]
    init = init_segment(width=320, height=320, timescale=24, avcc=avc_config(nal_units(codec.extradata or b"")))
    return init, tuple(
        media_segment(index=index, start=index * GOP, sample_duration=1, samples=samples[index * GOP :][:GOP])
        for index in range(COUNT)
    )


def packets(data: bytes, key: bytes | None = None) -> list[bytes]:
    """The samples as FFmpeg hands them to a decoder, decrypted if a key is given."""
    options = {"decryption_key": key.hex()} if key else {}
    with av.open(io.BytesIO(data), options=options) as file:
        return [bytes(packet) for packet in file.demux(video=0) if packet.size]


def protected(make: Callable[[], tuple[bytes, tuple[bytes, ...]]] = video) -> tuple[bytes, list[bytes]]:
    init, segments = make()
    return protect_init(init, KEY_ID), [encrypt_segment(data, index, KEY) for index, data in enumerate(segments)]


@pytest.mark.parametrize(
    "make",
    [video, lambda: video(51), lambda: video(1), lambda: video(23, 4)],
    ids=["usual", "tiny samples", "huge samples", "several slices"],
)
def test_an_independent_decryptor_gets_back_every_byte(make: Callable[[], tuple[bytes, tuple[bytes, ...]]]) -> None:
    init, segments = make()

    protected_init, encrypted = protected(make)

    assert packets(protected_init + b"".join(encrypted), KEY) == packets(init + b"".join(segments))


def test_each_segment_stands_alone_in_any_order() -> None:
    init, segments = video()
    protected_init, encrypted = protected()

    for order in itertools.permutations(range(COUNT)):
        for index in order[:2]:
            assert packets(protected_init + encrypted[index], KEY) == packets(init + segments[index])


@pytest.mark.parametrize("key", [None, OTHER])
def test_without_its_key_there_is_no_picture_in_it(key: bytes | None) -> None:
    init, segments = video()
    protected_init, encrypted = protected()

    seen = packets(protected_init + b"".join(encrypted), key)

    for clear, hidden in zip(packets(init + b"".join(segments)), seen, strict=True):
        if len(clear) > 64:
            assert clear != hidden
        if len(clear) > 600:
            same = np.frombuffer(clear, np.uint8)[600:] == np.frombuffer(hidden, np.uint8)[600:]
            assert same.size < 40 or same.mean() < 0.2, "most of a sample left as it was"
    # Not even as the same stream under its clear name: the header that an attacker would put before it.
    assert picture_in(init + b"".join(segments))
    assert not picture_in(init + b"".join(encrypted))


def picture_in(data: bytes) -> bool:
    """Whether FFmpeg shows something that resembles the true frames."""
    init, segments = video()
    with av.open(io.BytesIO(init + b"".join(segments))) as file:
        true = [frame.to_ndarray(format="gray").astype(float) for frame in file.decode(video=0)]
    try:
        with av.open(io.BytesIO(data)) as file:
            seen = [frame.to_ndarray(format="gray").astype(float) for frame in file.decode(video=0)]
    except av.FFmpegError:
        return False
    return any(np.corrcoef(frame.ravel(), true[0].ravel())[0, 1] > 0.5 for frame in seen if frame.std() > 0)


def test_the_headers_that_decoders_need_stay_clear_and_ranges_are_whole_blocks() -> None:
    _, encrypted = protected()

    for data in encrypted:
        moof, mdat = walk(data)
        inside = {
            box.type: box
            for traf in walk(data, moof.start, moof.end)
            if traf.type == b"traf"
            for box in walk(data, traf.start, traf.end)
        }
        senc, position = inside[b"senc"], mdat.start
        at = senc.start + 8
        vectors = []
        for _ in range(GOP):
            vectors.append(data[at : at + 8])
            (count,) = struct.unpack_from(">H", data, at + 8)
            at += 10
            for _ in range(count):
                clear, hidden = struct.unpack_from(">HI", data, at)
                assert hidden % 16 == 0
                assert clear >= 5
                position += clear + hidden
                at += 6
        assert at == senc.end
        assert position == mdat.end, "the ranges do not cover the samples"
        assert len(set(vectors)) == GOP


def test_no_vector_serves_two_samples_and_the_same_segment_is_the_same_again() -> None:
    _, segments = video()
    _, first = protected()
    _, second = protected()

    assert first == second
    vectors = [entry for data in first for entry in _vectors(data)]
    assert len(set(vectors)) == len(vectors) == GOP * len(segments)


def _vectors(data: bytes) -> list[bytes]:
    start = data.index(b"senc") + 12
    vectors = []
    for _ in range(GOP):
        vectors.append(data[start : start + 8])
        (count,) = struct.unpack_from(">H", data, start + 8)
        start += 10 + 6 * count
    return vectors


def test_what_is_not_ours_is_not_touched() -> None:
    init, segments = video()

    for data in (b"", b"\0" * 100, init, segments[0][:50]):
        with pytest.raises(ValueError, match=r"box|unpack|not a segment of ours"):
            encrypt_segment(data, 0, KEY)
    with pytest.raises(ValueError, match="not a segment of ours"):
        protect_init(segments[0], KEY_ID)
