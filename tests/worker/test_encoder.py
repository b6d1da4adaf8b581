"""Frames in, segments out: when they leave, what is in them, and whether a decoder agrees."""

from __future__ import annotations

import io
from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation
from numpy.typing import NDArray

from i2v_core.boxes import Box, walk
from i2v_core.jobs import Motion
from worker.canvas import Size, video_size
from worker.encoder import Encoder, InitSegment, Segment, frames_a_segment
from worker.motion import Camera, path_for

PICTURES = Path(__file__).parent.parent / "pictures"


def camera(name: str = "coffee.png", long_side: int = 320, count: int = 60) -> tuple[Camera, Size]:
    picture = np.asarray(cv2.imread(str(PICTURES / name), cv2.IMREAD_COLOR_RGB), np.uint8)
    size = video_size(picture.shape[1], picture.shape[0], long_side)
    return Camera(picture, size, path_for(Motion.ZOOM_IN, 1, size), count), size


def encode(count: int, fps: int = 24, name: str = "coffee.png") -> tuple[InitSegment, list[Segment]]:
    moving, size = camera(name, count=count)
    encoder = Encoder(size, fps)
    parts = [part for index in range(count) for part in encoder.push(moving.frame(index))] + encoder.finish()
    first, *rest = parts
    assert isinstance(first, InitSegment)
    return first, [part for part in rest if isinstance(part, Segment)]


def decoded(init: InitSegment, segments: list[Segment]) -> list[av.VideoFrame]:
    with av.open(io.BytesIO(init.data + b"".join(segment.data for segment in segments))) as file:
        return list(file.decode(video=0))


def contents(data: bytes, *path: bytes) -> tuple[bytes, Box]:
    """The box at the end of a path of box types."""
    start, end = 0, len(data)
    for kind in path:
        box = next(box for box in walk(data, start, end) if box.type == kind)
        start, end = box.start, box.end
    return data[box.start : box.end], box


def block_means(image: NDArray[np.uint8]) -> NDArray[np.float64]:
    height, width = image.shape[0] // 8 * 8, image.shape[1] // 8 * 8
    return image[:height, :width].reshape(height // 8, 8, width // 8, 8, 3).mean(axis=(1, 3))


def test_a_segment_leaves_with_its_own_last_frame() -> None:
    moving, size = camera()
    encoder = Encoder(size, 24)

    left = {}
    for index in range(60):
        for part in encoder.push(moving.frame(index)):
            left["init" if isinstance(part, InitSegment) else part.index] = index + 1

    assert left == {"init": 1, 0: 12, 1: 24, 2: 36, 3: 48, 4: 60}
    assert encoder.finish() == []


def test_what_is_left_at_the_end_is_a_shorter_segment() -> None:
    _, segments = encode(41)

    assert [segment.duration for segment in segments] == [0.5, 0.5, 0.5, pytest.approx(5 / 24)]


def test_the_codec_string_names_the_stream() -> None:
    init, _ = encode(2)

    assert init.mime_type.startswith('video/mp4; codecs="avc1.64')


@pytest.mark.parametrize(("fps", "gop"), [(8, 4), (24, 12), (25, 12), (30, 15), (60, 30)])
def test_every_half_second_begins_with_a_keyframe_and_is_a_segment(fps: int, gop: int) -> None:
    init, segments = encode(2 * gop + 3, fps)

    frames = decoded(init, segments)

    assert [index for index, frame in enumerate(frames) if frame.key_frame] == [0, gop, 2 * gop]
    assert [segment.index for segment in segments] == [0, 1, 2]
    assert [round(segment.duration * fps) for segment in segments] == [gop, gop, 3]


def test_times_start_at_nought_and_are_contiguous() -> None:
    init, segments = encode(60)

    times = [frame.time for frame in decoded(init, segments)]

    assert times[0] == 0
    assert [after - before for before, after in pairwise(times)] == pytest.approx([1 / 24] * 59)


def test_each_segment_decodes_after_the_init_segment_alone_at_its_own_time() -> None:
    init, segments = encode(36)

    frames = decoded(init, segments[2:])

    assert len(frames) == 12
    assert frames[0].key_frame
    assert frames[0].time == pytest.approx(1.0)


def test_a_segment_is_one_moof_with_one_traf_and_one_trun_and_one_mdat_of_explicit_sizes() -> None:
    _, segments = encode(24)

    for segment in segments:
        assert [box.type for box in walk(segment.data)] == [b"moof", b"mdat"]
        _, moof = contents(segment.data, b"moof")
        assert [box.type for box in walk(segment.data, moof.start, moof.end)] == [b"mfhd", b"traf"]
        _, traf = contents(segment.data, b"moof", b"traf")
        assert [box.type for box in walk(segment.data, traf.start, traf.end)] == [b"tfhd", b"tfdt", b"trun"]

        trun, _ = contents(segment.data, b"moof", b"traf", b"trun")
        count, offset = int.from_bytes(trun[4:8], "big"), int.from_bytes(trun[8:12], "big")
        sizes = [int.from_bytes(trun[16 + 4 * n : 20 + 4 * n], "big") for n in range(count)]
        mdat, place = contents(segment.data, b"mdat")
        assert offset == place.start
        assert sum(sizes) == len(mdat)
        at = 0
        for size in sizes:  # each sample is NAL units, each after its length
            end = at + size
            while at < end:
                at += 4 + int.from_bytes(mdat[at : at + 4], "big")
            assert at == end


def test_the_stream_is_tagged_bt709_in_limited_range() -> None:
    init, segments = encode(12)

    frame = decoded(init, segments)[0]

    assert frame.format.name == "yuv420p"
    assert frame.colorspace == Colorspace.ITU709
    assert frame.color_range == ColorRange.MPEG
    assert frame.color_primaries == ColorPrimaries.BT709
    assert frame.color_trc == ColorTrc.BT709
    assert contents(init.data, b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd")[0].count(b"nclx") == 1


@pytest.mark.parametrize("name", ["astronaut.png", "chelsea.png", "coffee.png"])
def test_the_colours_survive(name: str) -> None:
    init, segments = encode(12, name=name)
    frame = decoded(init, segments)[0]

    shown = frame.to_ndarray(
        format="rgb24",
        src_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
        interpolation=Interpolation.BICUBIC
        | Interpolation.ACCURATE_RND
        | Interpolation.FULL_CHR_H_INT,  # else 2 too dark
    )

    moving, _ = camera(name)
    off = block_means(np.asarray(shown, np.uint8)) - block_means(moving.frame(0))
    assert np.abs(off).mean() < 2
    assert np.abs(off.mean(axis=(0, 1))).max() < 0.5  # and no tint


def test_the_smallest_frame_can_be_encoded() -> None:
    encoder = Encoder(Size(64, 16), 24)

    parts = encoder.push(np.zeros((16, 64, 3), np.uint8)) + encoder.finish()

    assert [type(part) for part in parts] == [InitSegment, Segment]


@pytest.mark.parametrize(
    ("fps", "seconds", "model_seconds", "frames"),
    [
        (24, 5, 30, 12),  # half a second, made in 3 s
        (24, 3, 30, 10),  # half a second would take 5.0 s
        (24, 10, 30, 12),
        (24, 3, 60, 6),  # never below six
        (8, 3, 30, 4),  # unless half a second has fewer
        (60, 3, 30, 25),
        (24, 3, 0.2, 12),
    ],
)
def test_a_segment_is_half_a_second_or_what_the_model_makes_in_time_for_the_first_picture(
    fps: int, seconds: int, model_seconds: float, frames: int
) -> None:
    assert frames_a_segment(fps, fps * seconds, model_seconds) == frames


@pytest.mark.parametrize(("width", "height"), [(320, 214), (334, 64)])
def test_a_marked_video_comes_in_two_variants_that_share_their_header(width: int, height: int) -> None:
    moving, _ = camera()
    encoder = Encoder(Size(width, height), 24, gop=6, mark_secret=5)

    init, *segments = [
        part
        for index in range(12)
        for part in encoder.push(cv2.resize(moving.frame(index), (width, height)))  # type: ignore[arg-type]
    ]
    encoder.close()

    assert isinstance(init, InitSegment)
    assert encoder.finish() == []
    a = decoded(init, [segment for segment in segments if isinstance(segment, Segment)])
    b = decoded(
        init,
        [Segment(s.index, s.data_b, s.duration) for s in segments if isinstance(s, Segment) and s.data_b is not None],
    )
    assert len(a) == len(b) == 12
    apart = [
        one.to_ndarray()[:height].astype(float) - other.to_ndarray()[:height] for one, other in zip(a, b, strict=True)
    ]
    assert all(0.1 < np.abs(difference).mean() < 3 for difference in apart)
    assert [frame.key_frame for frame in a] == [frame.key_frame for frame in b]


def test_an_unmarked_video_has_one_variant() -> None:
    _, segments = encode(24)

    assert [segment.data_b for segment in segments] == [None, None]


def test_a_box_that_does_not_fit_is_an_error() -> None:
    _, segments = encode(12)

    with pytest.raises(ValueError, match="mdat"):
        list(walk(segments[0].data[:-1]))
