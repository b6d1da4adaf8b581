"""What is said of twenty photos' videos, of their copies and of what is no copy: minutes of reckoning.

It goes on in processes of its own beside the tests before, which wait for other processes more than they reckon.
"""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2

from i2v_core.media import MediaStore
from tests.worker.leaks import PHOTOS, Attack, Job, as_it_is, cropped, frames_of, render, resampled, smaller
from worker.watermark.alignment import align
from worker.watermark.footage import StoredVideo, read_recording
from worker.watermark.naming import Verdict, name
from worker.watermark.reading import read

#: Playbacks that were opened of each job: one leaks.
PLAYBACKS = 20
ATTACKS: Sequence[Attack] = (smaller, cropped, resampled)
#: Not in the way of tests that look at the clock.
_NICENESS = 10


@dataclass(frozen=True)
class Verdicts:
    """Of one photo's job: of its own video after each attack, by name, and of three that are not it."""

    leaked: Mapping[str, Verdict]
    unmarked: Verdict
    #: Of every second photo, and of every fourth.
    another_job: Verdict | None
    another_photo: Verdict | None


class Reckoning:
    """The verdicts of all photos, being found."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._pool = ProcessPoolExecutor(
            mp_context=multiprocessing.get_context("spawn"), initializer=os.nice, initargs=(_NICENESS,)
        )
        self.verdicts: Sequence[Future[Verdicts]] = [
            self._pool.submit(reckon, number, Path(self._folder.name) / str(number)) for number in range(PLAYBACKS)
        ]

    def close(self) -> None:
        """Leave the rest, and what was written for it."""
        self._pool.shutdown(cancel_futures=True)
        self._folder.cleanup()


def reckon(number: int, folder: Path) -> Verdicts:
    """The verdicts of one photo."""
    cv2.setNumThreads(1)
    store = MediaStore(folder)
    job = render(store, PHOTOS[number], number)
    stored = StoredVideo(job.store, job.id, 1, segments=job.segments)

    def said_of(shown: Job, attack: Attack, playbacks: int) -> Verdict:
        attack(frames_of(shown.shown()), folder / "leaked.mp4")
        recording = read_recording(folder / "leaked.mp4")
        return name(read(recording, stored, align(recording, stored)), playbacks)

    every_sequence = 1 << job.segments  # as if each had been given out
    another = (number + 1) % PLAYBACKS
    return Verdicts(
        {attack.__name__: said_of(job, attack, PLAYBACKS) for attack in ATTACKS},
        said_of(render(store, PHOTOS[number], number, mark=False), as_it_is, every_sequence),
        said_of(render(store, PHOTOS[number], number, take=1), as_it_is, every_sequence) if number % 2 == 0 else None,
        said_of(render(store, PHOTOS[another], another), as_it_is, every_sequence) if number % 4 == 0 else None,
    )
