"""One H.264 stream: x264 without lookahead and B-frames, so that each frame's packet is there at once."""

from __future__ import annotations

from fractions import Fraction

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from i2v_core.boxes import avc_config, length_prefixed, nal_units
from worker.canvas import Size

#: AV_CODEC_FLAG_GLOBAL_HEADER: parameter sets once, in the init segment.
_GLOBAL_HEADER = 1 << 22
_X264 = {
    "preset": "veryfast",  # one thread encodes 1280x854 at 86 fps; slower ones gain less than 1 dB
    "crf": "23",  # 8x8 block means stay within 1 of 255; 21 would take 30 to 40 % more bytes for 1 dB
    "tune": "zerolatency",  # no lookahead, no B-frames, no frame of delay
    "forced-idr": "1",
    "x264-params": "scenecut=0:open-gop=0",
}


class Stream:
    """Frames of `size` at `fps` in, samples out: length-prefixed NAL units, one sample a frame."""

    def __init__(self, size: Size, fps: int, gop: int) -> None:
        self._fps = fps
        self._gop = gop
        self._codec = _open_codec(size, fps, gop)

    @property
    def avcc(self) -> bytes:
        """The `avcC` record with the parameter sets."""
        return avc_config(nal_units(self._codec.extradata or b""))

    def encode(self, frame: av.VideoFrame, index: int) -> list[bytes]:
        """Encode frame `index` (from 0) of the video and return what is whole now. The GIL is free meanwhile."""
        frame.pts = index
        frame.time_base = Fraction(1, self._fps)
        frame.pict_type = PictureType.I if index % self._gop == 0 else PictureType.NONE
        return [length_prefixed(nal_units(bytes(packet))) for packet in self._codec.encode(frame)]

    def flush(self) -> list[bytes]:
        """Return what is left, if anything; encode nothing after this."""
        return [length_prefixed(nal_units(bytes(packet))) for packet in self._codec.encode(None)]


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
