"""From a received file to a job: options checked, picture decoded in a limited child, stored once, enqueued.

An upload is refused in three places and nowhere else: while it comes in (`multipart.py`: size, signature, speed), in the
decode child (`decode.py`: pixels, truncation, anything the decoder trips over), and here (options).
"""

from __future__ import annotations

import asyncio
import math
import secrets
from typing import NewType

import strawberry
from strawberry.schema.config import StrawberryConfig

from graphql_api.context import Services
from graphql_api.enums import Motion, Shape
from graphql_api.multipart import ReceivedFile
from graphql_api.new_jobs import Asked, Wanted, make_job
from graphql_api.refused_pictures import not_stored
from i2v_core.errors import Code, Limit, UploadRefused
from i2v_core.jobs import MIDDLE, Focus, Job, VideoOptions
from i2v_core.logs import get_logger

log = get_logger("api")

#: Shortest and longest video in seconds: under 3 nothing moves, over 10 the model would run out of picture.
MIN_SECONDS, MAX_SECONDS = 3.0, 10.0
#: Longest idempotency key.
MAX_KEY = 200
#: Seeds fit GraphQL's Int.
MAX_SEED = 2**31 - 1

Upload = NewType("Upload", object)


def _parse_upload(value: object) -> ReceivedFile:
    # Strawberry's own scalar lets any JSON through to the resolver.
    if not isinstance(value, ReceivedFile):
        raise ValueError(
            "A file is needed here: send the request as multipart (GraphQL multipart request specification)."
        )
    return value


def _serialize_upload(_: object) -> None:
    raise ValueError("A file is never sent out.")


SCALARS = StrawberryConfig(
    scalar_map={
        Upload: strawberry.scalar(
            name="Upload",
            description="A file, sent as a part of a multipart request (GraphQL multipart request specification).",
            parse_value=_parse_upload,
            serialize=_serialize_upload,
        )
    }
)


@strawberry.input(description="A point of the upright picture.")
class FocusPoint:
    x: float = strawberry.field(description="Part of its width, 0 to 1 from the left.")
    y: float = strawberry.field(description="Part of its height, 0 to 1 from the top.")


@strawberry.input(name="VideoOptions", description="What video is wanted. Everything has a default.")
class VideoOptionsInput:
    motion: Motion = strawberry.field(default=Motion.AUTO, description="How the camera moves.")
    seconds: float | None = strawberry.field(
        default=None, description="Length in seconds, 3 to 10. 5 unless the server is set otherwise."
    )
    seed: int | None = strawberry.field(
        default=None, description="Seed of everything random, from 0. By default a new one."
    )
    shape: Shape = strawberry.field(default=Shape.AS_PICTURE, description="The shape of the frame.")
    focus: FocusPoint | None = strawberry.field(
        default=None,
        description="What stays in the middle of the frame, as nearly as can be, where it leaves out some of the picture; null for the picture's middle.",
    )


def read_options(given: VideoOptionsInput | None, services: Services) -> Asked:
    """The options with defaults filled in. Raises `UploadRefused` for what is out of range."""
    given = given or VideoOptionsInput()
    seconds = services.settings.video_seconds if given.seconds is None else given.seconds
    if not (math.isfinite(seconds) and MIN_SECONDS <= seconds <= MAX_SECONDS):
        raise UploadRefused(
            f"A video of {seconds:g} seconds cannot be made.",
            f"Choose a length from {MIN_SECONDS:g} to {MAX_SECONDS:g} seconds.",
            code=Code.WRONG_OPTIONS,
            limit=Limit("video length", MAX_SECONDS, "seconds"),
        )
    if given.seed is not None and given.seed < 0:
        raise UploadRefused(
            f"The seed {given.seed} cannot be used.",
            f"Choose a whole number from 0 to {MAX_SEED}, or leave it out.",
            code=Code.WRONG_OPTIONS,
        )
    seed = secrets.randbelow(MAX_SEED) if given.seed is None else given.seed
    options = VideoOptions(given.motion, round(seconds, 2), seed, given.shape, _read_focus(given.focus))
    return Asked(options, given.seed)


def _read_focus(given: FocusPoint | None) -> Focus:
    if given is None:
        return MIDDLE
    if not (0 <= given.x <= 1 and 0 <= given.y <= 1):
        raise UploadRefused(
            f"The focus ({given.x:g}, {given.y:g}) lies outside the picture.",
            "Choose x and y from 0 to 1, counted from the picture's top left.",
            code=Code.WRONG_OPTIONS,
            limit=Limit("focus", 1, "of the picture's side"),
        )
    # Four digits are a third of a pixel of the largest picture that a model gets.
    return Focus(round(given.x, 4), round(given.y, 4))


def read_idempotency_key(given: str | None) -> str:
    """The key, empty without one. Raises `UploadRefused` if it is too long, or no text (half a surrogate pair in JSON)."""
    if given is not None and not (0 < len(given) <= MAX_KEY and _is_text(given)):
        raise UploadRefused(
            "The idempotency key is empty, too long or no text.",
            f"Use a text of 1 to {MAX_KEY} characters, a UUID for example.",
            code=Code.WRONG_OPTIONS,
            limit=Limit("idempotency key", MAX_KEY, "characters"),
        )
    return given or ""


def _is_text(given: str) -> bool:
    try:
        given.encode()
    except UnicodeEncodeError:
        return False
    return True


async def take_in(
    file: ReceivedFile, asked: Asked, viewer: str, flow: str, services: Services, *, idempotency: str = ""
) -> Job:
    """Decode and store the picture and enqueue its job; with an idempotency key, the job that it has made already.

    Raises `UploadRefused`, or `StoreUnavailable`; then nothing of the upload is left.
    """
    if file.refusal is not None:
        raise file.refusal
    if file.taken:
        raise UploadRefused(
            "This file has been taken in already, by another field of the same request.",
            "Send one request for each job.",
            code=Code.TOO_MANY_AT_ONCE,
        )
    file.taken = True
    media = services.media

    async def store(job_id: str) -> tuple[int, int]:
        decoded = await services.decoder.decode(
            file.path, media.picture_path(job_id), media.thumbnail_path(job_id), settings=services.settings
        )
        try:
            await asyncio.to_thread(media.seal_pictures, job_id)
        except OSError as error:
            log.error("picture_not_stored", job=job_id, reason=error.strerror)
            raise not_stored() from error
        return decoded.width, decoded.height

    # What makes an upload the same: the bytes, and what was asked for.
    fingerprint = f"{file.digest} {asked.text}"
    try:
        return await make_job(
            Wanted(file.name, asked.options, viewer, flow, idempotency, fingerprint), store, services, bytes=file.size
        )
    except UploadRefused as error:
        log.info("upload_refused", code=error.code, bytes=file.size)
        raise
