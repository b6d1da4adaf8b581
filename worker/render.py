"""The render process: `python -m worker.render PARENT_PID`. It holds the model, the encoder and the segment writer.

It reads commands from stdin and answers on stdout, one JSON object a line (see `render_events`):
`{"type": "render", "job", "run", "options"}` and `{"type": "cancel", "job"}`. It ends with its input or its parent.
"""

from __future__ import annotations

import ctypes
import json
import os
import queue
import resource
import secrets
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from typing import Any, BinaryIO

import cv2
import numpy as np

from i2v_core.errors import Code, JobFailed, StartRefused
from i2v_core.jobs import VideoOptions
from i2v_core.media import MediaMissing, MediaStore
from i2v_core.seal import SealBroken
from i2v_core.settings import Settings, load_settings
from worker.canvas import Size, framed
from worker.encoder import Encoder, InitSegment, Segment, frames_a_segment
from worker.model import Frame, Pixels, Progress, VideoModel, load_model
from worker.render_events import (
    Cancelled,
    Done,
    Failed,
    FramesDone,
    InitStored,
    Message,
    Progressed,
    Ready,
    Refused,
    SegmentStored,
    Started,
    to_line,
)

#: Least seconds between two progress events. Twenty a second is more than an eye follows.
_PROGRESS_SECONDS = 0.05

Emit = Callable[[Message], None]


#: prctl(2): the signal a process gets when its parent ends.
_PR_SET_PDEATHSIG = 1


class _Stopped(Exception):
    """The job was cancelled."""


class Rendering:
    """One job on its way through model, encoder and store. `cancelled` is asked between any two words of the model."""

    def __init__(
        self, job: str, run: int, *, settings: Settings, store: MediaStore, emit: Emit, cancelled: threading.Event
    ) -> None:
        self._job = job
        self._run = run
        self._settings = settings
        self._store = store
        self._emit = emit
        self._cancelled = cancelled
        self._fraction = -1.0
        self._said_at = 0.0
        self._segments = 0
        self._duration = 0.0

    def go(self, model: VideoModel, options: VideoOptions) -> None:
        """Make the video. The last event is always `Done`, `Failed` or `Cancelled`."""
        job, run = self._job, self._run
        try:
            self._emit(Started(job, run, model.seconds_for(options)))
            self._make(model, options)
            self._emit(Done(job, run, self._segments, self._duration))
        except _Stopped:
            self._emit(Cancelled(job, run))
        except JobFailed as failure:
            self._emit(Failed(job, run, failure.code, failure.message, failure.how_to_fix))
        except Exception as error:  # a model is somebody's plug-in: whatever it raises ends this job, not the process
            traceback.print_exc()
            self._emit(
                Failed(
                    job,
                    run,
                    Code.MODEL_FAILED,
                    f"The model could not make a video of this picture ({type(error).__name__}).",
                    "Try again; if it fails again, try another picture or tell whoever runs this server.",
                )
            )

    def _make(self, model: VideoModel, options: VideoOptions) -> None:
        picture = self._picture()
        picture, size = framed(picture, options.shape, options.focus, long_side=self._settings.video_long_side)
        seconds = model.seconds_for(options)
        encoder: Encoder | None = None
        frames = count = 0
        with ExitStack() as held:
            made = held.enter_context(closing(model.generate(picture, options, size)))
            del picture  # 20 MB that the model may let go
            for item in made:
                if self._cancelled.is_set():
                    raise _Stopped
                if isinstance(item, Progress):
                    self._progress(item.fraction)
                    continue
                if encoder is None:
                    count = item.count
                    encoder = held.enter_context(closing(self._encoder(size, count, seconds)))
                frames += 1
                if frames > count:
                    raise _other_count(f"more than {count}", count)
                self._keep(encoder.push(item.pixels), encoder, item)
            if frames < count:
                raise _other_count(str(frames), count)
            self._progress(1.0)
            self._emit(FramesDone(self._job, self._run))
            if encoder is not None:
                self._keep(encoder.finish(), encoder, None)

    def _encoder(self, size: Size, count: int, seconds: float) -> Encoder:
        fps = self._settings.video_fps
        # Secret, and another one in each run: nobody can work the mark out, and no other video has the same.
        secret = secrets.randbits(64) if self._settings.watermark == "on" else None
        return Encoder(size, fps, gop=frames_a_segment(fps, count, seconds), mark_secret=secret)

    def _picture(self) -> Pixels:
        try:
            data = np.frombuffer(self._store.picture(self._job), np.uint8)
        except (MediaMissing, SealBroken):
            data = np.empty(0, np.uint8)
        picture = cv2.imdecode(data, cv2.IMREAD_COLOR_RGB) if data.size else None
        if picture is None:
            raise JobFailed("The picture is no longer in the store.", "Upload it again.", code=Code.PICTURE_LOST)
        return np.asarray(picture, np.uint8)

    def _keep(self, whole: list[InitSegment | Segment], encoder: Encoder, frame: Frame | None) -> None:
        for part in whole:
            try:
                if isinstance(part, InitSegment):
                    self._store.put_init(self._job, self._run, part.data)
                else:
                    if part.data_b is not None:  # first: whoever sees A must find both
                        self._store.put_segment(self._job, self._run, part.index, part.data_b, variant=1)
                    self._store.put_segment(self._job, self._run, part.index, part.data)
            except OSError as error:
                raise JobFailed(
                    f"The video could not be stored ({error.strerror}).",
                    "Tell whoever runs this server: its disk may be full.",
                    code=Code.STORAGE_FAILED,
                ) from error
            if isinstance(part, InitSegment):
                assert frame is not None
                height, width = frame.pixels.shape[:2]
                self._emit(
                    InitStored(
                        self._job,
                        self._run,
                        part.mime_type,
                        width,
                        height,
                        encoder.segment_seconds,
                        frame.count / self._settings.video_fps,
                        encoder.marked,
                    )
                )
            else:
                self._segments += 1
                self._duration += part.duration
                self._emit(SegmentStored(self._job, self._run, part.index, part.duration))

    def _progress(self, fraction: float) -> None:
        now = time.monotonic()
        fraction = min(max(fraction, 0.0), 1.0)
        if fraction > self._fraction and (fraction == 1.0 or now - self._said_at >= _PROGRESS_SECONDS):
            self._fraction, self._said_at = fraction, now
            self._emit(Progressed(self._job, self._run, fraction))


def _other_count(made: str, announced: int) -> JobFailed:
    # Who watched meanwhile was given the sequence of the mark for the length announced: with another length it would be
    # read as somebody else's.
    return JobFailed(
        f"The model made {made} frames, and had announced {announced}.",
        "Tell whoever runs this server: the model has to be mended.",
        code=Code.MODEL_FAILED,
    )


class _Commands:
    """What comes in on stdin, read by a thread so that a cancel is heard while the model works."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._renders: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._current: tuple[str, threading.Event] | None = None
        threading.Thread(target=self._listen, name="commands", daemon=True).start()

    def next_render(self) -> tuple[dict[str, Any], threading.Event]:
        """Wait for the next job; the event is set when it is cancelled."""
        command = self._renders.get()
        return command, command["cancelled"]

    def _listen(self) -> None:
        for line in self._source:
            command = json.loads(line)
            if command["type"] == "render":
                command["cancelled"] = threading.Event()
                self._current = (command["job"], command["cancelled"])
                self._renders.put(command)
            elif command["type"] == "cancel" and self._current is not None and self._current[0] == command["job"]:
                self._current[1].set()
        os._exit(0)  # the worker is gone or wants us gone; whatever is half made was never visible


def main() -> None:
    """Load the model and serve until the input ends."""
    begun = time.monotonic()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the worker's to understand
    _die_with_parent(int(sys.argv[1]))
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # whatever a library prints must not end up among the answers

    def emit(message: Message) -> None:
        answers.write(to_line(message))

    cv2.setNumThreads(1)  # its pool would take the cores that Redis and the web process need, for 5 ms a frame
    try:
        settings = load_settings()
        _limit_itself(settings)
        model = load_model(settings.model, settings)
    except StartRefused as refusal:
        emit(Refused(str(refusal)))
        sys.exit(1)
    store = MediaStore.of(settings)
    commands = _Commands(sys.stdin.buffer)
    emit(Ready(model.name, model.memory_mb, time.monotonic() - begun))
    while True:
        command, cancelled = commands.next_render()
        options = VideoOptions.from_dict(command["options"])
        rendering = Rendering(
            command["job"], command["run"], settings=settings, store=store, emit=emit, cancelled=cancelled
        )
        rendering.go(model, options)


def _limit_itself(settings: Settings) -> None:
    """What would take the machine's memory fails this job instead. (CPU time is not limited: it makes one after the other.)"""
    memory = settings.render_memory_bytes
    # No core: what a crash would write to the disk is a stranger's picture, in the clear.
    for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0)):
        if most is not None:
            with suppress(ValueError, OSError):  # macOS knows no such limit, or there is a lower one already
                resource.setrlimit(what, (most, most))


def _die_with_parent(parent: int) -> None:
    """End at once when the parent does, even inside native code that never lets the command thread run (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)  # it ended before we asked


if __name__ == "__main__":
    main()
