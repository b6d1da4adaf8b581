"""Frames in, segments of fragmented MP4 out, each as soon as its last frame is in.

H.264, 4:2:0, converted to BT.709 in limited range and tagged so. Every segment begins with an IDR frame, and each packet
is there with its frame: at 24 fps segment 0 leaves with frame 12. A marked video is encoded twice, with the mark added
(variant A) and taken away (B), side by side on two threads; conversion and chroma are done once.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import av
import numpy as np
from av.video.plane import VideoPlane
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation, VideoReformatter
from numpy.typing import NDArray

from i2v_core.boxes import init_segment, media_segment
from worker.canvas import Size
from worker.h264 import Stream
from worker.watermark.pattern import Pattern, pattern_for

#: Nominal seconds of a segment: the first picture early, and still a few dozen KB each.
SEGMENT_SECONDS = 0.5
#: Seconds within which the model must have made the first segment: the promise is a picture that moves after 5.
_FIRST_SECONDS = 4.2
#: The fewest frames a segment is cut down to for that: shorter ones are keyframes for the most part, and a quarter of a
#: second of mark is about the least that is read back.
_FEWEST = 6
#: Ticks a frame lasts. 512 is FFmpeg's habit; any number makes frame times whole.
_TICKS = 512


def frames_a_segment(fps: int, count: int, model_seconds: float) -> int:
    """How many frames each segment of a video of `count` frames has that the model makes in `model_seconds`.

    Half a second's, or as many as the model makes in 4.2 s if those are fewer: whoever watches while the video is made sees
    the first segment within 5 s. What decides it is thus how far the model stretches time: 5 s of video in 30 s of work
    keep half a second (12 frames of 24 fps); 3 s of video, at 2.4 frames a second of work, get segments of 10 frames. It is
    the same for all segments of a video, so that a moment's segment is known by dividing. Not below 6 frames.
    """
    nominal = max(1, round(fps * SEGMENT_SECONDS))
    if model_seconds <= 0:
        return nominal
    return min(nominal, max(_FEWEST, int(_FIRST_SECONDS * count / model_seconds)))


@dataclass(frozen=True, slots=True)
class InitSegment:
    """The header that a player needs first, and the MIME type with the codec string that it asks for."""

    data: bytes
    mime_type: str


@dataclass(frozen=True, slots=True)
class Segment:
    """Segment `index` (from 0), `duration` seconds long, beginning with a keyframe.

    `data` is variant A, or the only one; `data_b` is variant B of a marked video.
    """

    index: int
    data: bytes
    duration: float
    data_b: bytes | None = None


class Encoder:
    """An encoder of one video of `size` (even sides) at `fps`.

    `gop`: frames a segment, by default half a second's. `mark_secret`: 64 random bits to make the mark from; without
    them there is none, and one variant. Close it, or leave a marked one's thread to the garbage collector.
    """

    def __init__(self, size: Size, fps: int, *, gop: int | None = None, mark_secret: int | None = None) -> None:
        self._fps = fps
        #: Frames a segment.
        self.gop = gop or max(1, round(fps * SEGMENT_SECONDS))
        self._size = size
        self._secret = mark_secret
        self._pattern: Pattern | None = None
        self._streams = [Stream(size, fps, self.gop) for _ in range(2 if self.marked else 1)]
        # Whoever fetches variant B has the init segment of A.
        assert len({stream.avcc for stream in self._streams}) == 1
        self._beside = ThreadPoolExecutor(1, "variant-b") if self.marked else None
        self._reformatter = VideoReformatter()
        self._pushed = 0
        self._index = 0
        self._first_sample = 0
        self._samples: list[list[bytes]] = [[] for _ in self._streams]

    @property
    def marked(self) -> bool:
        """Whether there are two variants."""
        return self._secret is not None

    @property
    def segment_seconds(self) -> float:
        """Seconds of every segment but perhaps the last."""
        return self.gop / self._fps

    def push(self, pixels: NDArray[np.uint8]) -> list[InitSegment | Segment]:
        """Encode the next frame (h x w x 3, uint8, sRGB); return what is whole now, the init segment first of all."""
        whole: list[InitSegment | Segment] = [] if self._pushed else [self._init()]
        self._encode(self._frame(pixels))
        self._pushed += 1
        if len(self._samples[0]) == self.gop:
            whole.append(self._segment())
        return whole

    def finish(self) -> list[InitSegment | Segment]:
        """Return what is left: the last segment, unless the video ended with a whole one. Push nothing after this."""
        for stream, samples in zip(self._streams, self._samples, strict=True):
            samples += stream.flush()
        return [self._segment()] if self._samples[0] else []

    def close(self) -> None:
        """End the thread that encodes variant B, if there is one."""
        if self._beside:
            self._beside.shutdown()

    def _frame(self, pixels: NDArray[np.uint8]) -> av.VideoFrame:
        return self._reformatter.reformat(
            av.VideoFrame.from_ndarray(pixels, format="rgb24"),
            format="yuv420p",
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.MPEG,
            dst_colorspace=Colorspace.ITU709,
            dst_color_trc=ColorTrc.BT709,
            dst_color_primaries=ColorPrimaries.BT709,
            interpolation=Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INP,
            threads=1,
        )

    def _encode(self, frame: av.VideoFrame) -> None:
        if self._beside is None or self._secret is None:
            self._samples[0] += self._streams[0].encode(frame, self._pushed)
            return
        luma = _pixels(frame.planes[0])
        if self._pushed % self.gop == 0:
            self._pattern = pattern_for(luma, self._secret, self._pushed // self.gop)
        assert self._pattern is not None
        other = _with_chroma_of(frame)
        self._pattern.taken(luma, into=_pixels(other.planes[0]))
        self._pattern.added(luma, into=luma)
        b = self._beside.submit(self._streams[1].encode, other, self._pushed)
        self._samples[0] += self._streams[0].encode(frame, self._pushed)
        self._samples[1] += b.result()

    def _init(self) -> InitSegment:
        avcc = self._streams[0].avcc
        data = init_segment(width=self._size.width, height=self._size.height, timescale=self._fps * _TICKS, avcc=avcc)
        return InitSegment(data, f'video/mp4; codecs="avc1.{avcc[1:4].hex()}"')

    def _segment(self) -> Segment:
        count = len(self._samples[0])
        variants = [
            media_segment(index=self._index, start=self._first_sample * _TICKS, sample_duration=_TICKS, samples=samples)
            for samples in self._samples
        ]
        segment = Segment(self._index, variants[0], count / self._fps, variants[1] if self.marked else None)
        self._samples = [[] for _ in self._streams]
        self._index += 1
        self._first_sample += count
        return segment


def _pixels(plane: VideoPlane) -> NDArray[np.uint8]:
    """The plane's pixels, to read and to write; its lines may be longer than they are wide."""
    lines = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)  # type: ignore[call-overload]
    return np.asarray(lines[: plane.height, : plane.width])


def _with_chroma_of(frame: av.VideoFrame) -> av.VideoFrame:
    """A frame with the same colours, its luma yet to be written."""
    other = av.VideoFrame(frame.width, frame.height, "yuv420p")
    for to, of in zip(other.planes[1:], frame.planes[1:], strict=True):
        np.copyto(_pixels(to), _pixels(of))
    return other
