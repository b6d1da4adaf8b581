"""Expected outcomes that are not what was asked for, as types: a stable code, a sentence, and what to do next."""

from __future__ import annotations

from typing import Annotated

import strawberry

from i2v_core import errors
from i2v_core.errors import Code, I2VError, StoreUnavailable


@strawberry.type(description="A limit that something was over.")
class Limit:
    name: str = strawberry.field(description="What is limited.")
    value: float = strawberry.field(description="The most that is allowed.")
    unit: str = strawberry.field(description="Unit of the value.")


@strawberry.interface(description="Why something was not done. Every refusal has these five fields.")
class Refusal:
    code: str = strawberry.field(description="Stable name for programs, such as `TOO_MANY_BYTES`.")
    message: str = strawberry.field(description="What was wrong, as a sentence for a person.")
    how_to_fix: str = strawberry.field(description="What to do next, as a sentence for a person.")
    # Here and not where it is needed: fields of one name in one union must have one type, or no query can ask for both.
    retry_after_seconds: float | None = strawberry.field(
        default=None, description="Seconds after which it may be granted; null if waiting does not help."
    )
    limit: Limit | None = strawberry.field(default=None, description="The limit it was over, if that was the reason.")


@strawberry.type(description="The picture was not taken in. Nothing of it is kept.")
class UploadRefused(Refusal):
    pass


@strawberry.type(description="There is no such job among yours. Another viewer's job gives the same answer.")
class JobNotFound(Refusal):
    job_id: strawberry.ID = strawberry.field(description="The id that was asked for.")


@strawberry.type(description="This cannot be done with the job as it stands.")
class JobRefused(Refusal):
    pass


@strawberry.type(description="There is no playback, or no longer one, for what was asked.")
class PlaybackRefused(Refusal):
    pass


@strawberry.type(description="The server cannot reach its store for a moment. Nothing was changed.")
class TryAgain(Refusal):
    pass


def try_again(error: StoreUnavailable) -> TryAgain:
    """The answer while Redis or the media store is away."""
    return TryAgain(
        code=error.code, message=error.message, how_to_fix=error.how_to_fix, retry_after_seconds=error.retry_after
    )


def upload_refused(error: errors.UploadRefused) -> UploadRefused:
    """The answer for a picture that is not taken in."""
    return UploadRefused(
        code=error.code,
        message=error.message,
        how_to_fix=error.how_to_fix,
        limit=_limit(error.limit),
        retry_after_seconds=error.retry_after,
    )


def limit_of(error: I2VError) -> Limit | None:
    """The limit that an error is about, as the schema shows it."""
    return _limit(error.limit)


def _limit(limit: errors.Limit | None) -> Limit | None:
    return Limit(name=limit.name, value=limit.value, unit=limit.unit) if limit else None


def job_not_found(job_id: str) -> JobNotFound:
    """The answer for an id that is unknown or foreign, the same for both."""
    return JobNotFound(
        code=Code.JOB_NOT_FOUND,
        message="There is no such job.",
        how_to_fix="It may have been deleted, or its time may be over. List your jobs to see those that are kept.",
        job_id=strawberry.ID(job_id),
    )


def job_refused(error: I2VError) -> JobRefused:
    """The answer for what cannot be done with a job."""
    return JobRefused(
        code=error.code,
        message=error.message,
        how_to_fix=error.how_to_fix,
        limit=_limit(error.limit),
        retry_after_seconds=error.retry_after,
    )


def playback_refused(error: I2VError) -> PlaybackRefused:
    """The answer for a video that cannot be played."""
    return PlaybackRefused(
        code=error.code,
        message=error.message,
        how_to_fix=error.how_to_fix,
        limit=_limit(error.limit),
        retry_after_seconds=error.retry_after,
    )


JobId = Annotated[strawberry.ID, strawberry.argument(description="Id of a job of yours.")]
