"""Frames in, segments of fragmented MP4 out, each as soon as its last frame is in.

H.264, 4:2:0, converted to BT.709 in limited range and tagged so. Every half second begins with an IDR frame and is one
segment. x264 without lookahead and B-frames gives each packet at once: at 24 fps segment 0 leaves with frame 12.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from av.buffer import Buffer
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation, VideoReformatter
from numpy.typing import NDArray

from worker.boxes import avc_config, init_segment, length_prefixed, media_segment, nal_units
from worker.canvas import Size

#: Nominal seconds of a segment: the first picture early, and still a few dozen KB each.
SEGMENT_SECONDS = 0.5
#: Ticks a frame lasts. 512 is FFmpeg's habit; any number makes frame times whole.
_TICKS = 512
#: AV_CODEC_FLAG_GLOBAL_HEADER: parameter sets once, in the init segment.
_GLOBAL_HEADER = 1 << 22
_X264 = {
    "preset": "veryfast",  # one thread encodes 1280x854 at 86 fps; slower ones gain less than 1 dB
    "crf": "23",  # 8x8 block means stay within 1 of 255; 21 would take 30 to 40 % more bytes for 1 dB
    "tune": "zerolatency",  # no lookahead, no B-frames, no frame of delay
    "forced-idr": "1",
    "x264-params": "scenecut=0:open-gop=0",
}


@dataclass(frozen=True, slots=True)
class InitSegment:
    """The header that a player needs first, and the MIME type with the codec string that it asks for."""

    data: bytes
    mime_type: str


@dataclass(frozen=True, slots=True)
class Segment:
    """Segment `index` (from 0), `duration` seconds long, beginning with a keyframe."""

    index: int
    data: bytes
    duration: float


class Encoder:
    """An encoder of one video of `size` (even sides) at `fps`."""

    def __init__(self, size: Size, fps: int) -> None:
        self._fps = fps
        #: Frames a segment.
        self.gop = max(1, round(fps * SEGMENT_SECONDS))
        self._size = size
        self._codec = _open_codec(size, fps, self.gop)
        self._reformatter = VideoReformatter()
        self._pushed = 0
        self._started = False
        self._index = 0
        self._first_sample = 0
        self._samples: list[bytes] = []

    @property
    def segment_seconds(self) -> float:
        """Seconds of every segment but perhaps the last."""
        return self.gop / self._fps

    def push(self, pixels: NDArray[np.uint8]) -> list[InitSegment | Segment]:
        """Encode the next frame (h x w x 3, uint8, sRGB); return what is whole now, the init segment first of all."""
        rgb = av.VideoFrame.from_ndarray(pixels, format="rgb24")
        frame = self._reformatter.reformat(
            rgb,
            format="yuv420p",
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.MPEG,
            dst_colorspace=Colorspace.ITU709,
            dst_color_trc=ColorTrc.BT709,
            dst_color_primaries=ColorPrimaries.BT709,
            interpolation=Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INP,
            threads=1,
        )
        frame.pts = self._pushed
        frame.time_base = Fraction(1, self._fps)
        frame.pict_type = PictureType.I if self._pushed % self.gop == 0 else PictureType.NONE
        self._pushed += 1
        return list(self._take(self._codec.encode(frame)))

    def finish(self) -> list[InitSegment | Segment]:
        """Return what is left: the last segment, unless the video ended with a whole one. Push nothing after this."""
        whole = list(self._take(self._codec.encode(None)))
        if self._samples:
            whole.append(self._segment())
        return whole

    def _take(self, packets: Iterable[Buffer]) -> Iterator[InitSegment | Segment]:
        for packet in packets:
            if not self._started:
                self._started = True
                yield self._init()
            self._samples.append(length_prefixed(nal_units(bytes(packet))))
            if len(self._samples) == self.gop:
                yield self._segment()

    def _init(self) -> InitSegment:
        avcc = avc_config(nal_units(self._codec.extradata or b""))
        data = init_segment(width=self._size.width, height=self._size.height, timescale=self._fps * _TICKS, avcc=avcc)
        return InitSegment(data, f'video/mp4; codecs="avc1.{avcc[1:4].hex()}"')

    def _segment(self) -> Segment:
        samples, self._samples = self._samples, []
        data = media_segment(
            index=self._index, start=self._first_sample * _TICKS, sample_duration=_TICKS, samples=samples
        )
        segment = Segment(self._index, data, len(samples) / self._fps)
        self._index += 1
        self._first_sample += len(samples)
        return segment


def _open_codec(size: Size, fps: int, gop: int) -> VideoCodecContext:
    codec = av.CodecContext.create("libx264", "w")
    assert isinstance(codec, VideoCodecContext)
    codec.width, codec.height = size
    codec.pix_fmt = "yuv420p"
    codec.framerate = Fraction(fps)
    codec.time_base = Fraction(1, fps)
    codec.gop_size = gop
    codec.max_b_frames = 0
    codec.thread_count = 1  # threads hold frames back, and the machine has other things to do
    codec.colorspace = Colorspace.ITU709
    codec.color_range = ColorRange.MPEG
    codec.color_primaries = ColorPrimaries.BT709
    codec.color_trc = ColorTrc.BT709
    codec.flags |= _GLOBAL_HEADER
    codec.options = _X264
    codec.open()
    return codec
