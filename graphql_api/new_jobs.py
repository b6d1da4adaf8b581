"""The last steps of everything that makes a new job: its picture into the store, the job into the queue, or nothing of both."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from graphql_api.context import Services
from i2v_core.errors import Code, StoreUnavailable, UploadRefused
from i2v_core.jobs import MIDDLE, Job, JobState, Shape, VideoOptions, new_id
from i2v_core.logs import get_logger
from i2v_core.queue import Enqueued

log = get_logger("api")

#: Puts the picture and its thumbnail into the store, for the job of the id that it is given; answers width and height.
Store = Callable[[str], Awaitable[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of a video with every default filled in, and the seed that was asked for: None if we chose one."""

    options: VideoOptions
    seed: int | None = None

    @property
    def text(self) -> str:
        """What was asked for, as a part of a fingerprint: the same again is the same wish."""
        options = self.options
        text = f"{options.motion.value} {options.seconds:g}"
        if (options.shape, options.focus) != (Shape.AS_PICTURE, MIDDLE):
            text += f" {options.shape.value} {options.focus.x:g} {options.focus.y:g}"
        # What is not asked for is not in it: so keys that a version before has remembered stay good.
        return text if self.seed is None else f"{text} seed {self.seed}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A job that shall be made: the name of its picture, what video is wanted, and whose it is.

    With an `idempotency` key a job that it has made already is the answer, if the fingerprint is the same.
    """

    name: str
    options: VideoOptions
    viewer: str
    flow: str
    idempotency: str = ""
    fingerprint: str = ""


async def make_job(wanted: Wanted, store: Store, services: Services, **about: object) -> Job:
    """Store the picture and enqueue its job; with an idempotency key, the job that it has made already.

    Raises what `store` raises, `UploadRefused` or `StoreUnavailable`; then nothing of it is left. `about` is for the log.
    """
    job_id = new_id("job")
    offered = False
    try:
        width, height = await store(job_id)
        job = Job(
            id=job_id,
            viewer=wanted.viewer,
            name=wanted.name,
            state=JobState.QUEUED,
            options=wanted.options,
            created_at=round(time.time(), 3),  # as it is stored: the first answer shows what every later one will
            width=width,
            height=height,
            flow=wanted.flow,
        )
        offered = True
        outcome, made = await services.queue.enqueue(
            job, idempotency=wanted.idempotency, fingerprint=wanted.fingerprint
        )
    except BaseException:
        if not offered:
            await asyncio.shield(asyncio.to_thread(services.media.delete, job_id))
        else:
            # Nobody knows whether the job is there now; if it is, it needs its picture.
            settling = asyncio.create_task(_settle(job_id, services))
            _settling.add(settling)
            settling.add_done_callback(_settling.discard)
        raise
    if outcome is not Enqueued.OK:
        await asyncio.to_thread(services.media.delete, job_id)
        return await _made_before(outcome, made, wanted.flow, services)
    log.info("job_enqueued", job=job_id, width=width, height=height, **about)
    return job


def key_is_used() -> UploadRefused:
    """The refusal of an idempotency key that has made another job."""
    return UploadRefused(
        "This idempotency key was used for another picture, or for other options.",
        "Make a new key for each picture; send the same one only to repeat the same upload.",
        code=Code.IDEMPOTENCY_KEY_USED,
    )


async def _made_before(outcome: Enqueued, job_id: str, flow: str, services: Services) -> Job:
    if outcome is Enqueued.SAME and (job := await services.queue.get(job_id)):
        return job
    if outcome is Enqueued.OTHER:
        raise key_is_used()
    raise await services.admission.refused_at_the_end(outcome, flow)


#: Jobs whose enqueuing got no answer, until it is known what became of them.
_settling: set[asyncio.Task[None]] = set()


async def _settle(job_id: str, services: Services) -> None:
    """Once Redis answers again, remove the picture of a job that never came to be. (At a shutdown the sweep does it.)"""
    while True:
        try:
            if await services.queue.get(job_id) is None:
                await asyncio.to_thread(services.media.delete, job_id)
            return
        except StoreUnavailable:
            await asyncio.sleep(1)
