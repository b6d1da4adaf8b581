"""Every expected error: a stable code, a sentence for the person, and what to do next. Nothing else invents error strings.

The API shows them as types in its result unions, the page as cards and toasts, the command line as one line.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """Stable names of everything that can be refused or can fail. Never rename one: programs rely on them."""

    # An upload is refused
    NOT_A_PICTURE = "NOT_A_PICTURE"
    UNSUPPORTED_FORMAT = "UNSUPPORTED_FORMAT"
    EMPTY_FILE = "EMPTY_FILE"
    TRUNCATED_FILE = "TRUNCATED_FILE"
    TOO_MANY_BYTES = "TOO_MANY_BYTES"
    TOO_MANY_PIXELS = "TOO_MANY_PIXELS"
    DECODE_FAILED = "DECODE_FAILED"
    UPLOAD_TOO_SLOW = "UPLOAD_TOO_SLOW"
    WRONG_OPTIONS = "WRONG_OPTIONS"
    TOO_MANY_WAITING = "TOO_MANY_WAITING"
    QUEUE_FULL = "QUEUE_FULL"
    TOO_MANY_JOBS = "TOO_MANY_JOBS"
    TOO_MANY_AT_ONCE = "TOO_MANY_AT_ONCE"
    TOO_MANY_UPLOADS = "TOO_MANY_UPLOADS"
    IDEMPOTENCY_KEY_USED = "IDEMPOTENCY_KEY_USED"
    # An operation is refused
    JOB_NOT_FOUND = "JOB_NOT_FOUND"
    JOB_ALREADY_FINISHED = "JOB_ALREADY_FINISHED"
    JOB_NOT_OVER = "JOB_NOT_OVER"
    JOB_NOT_WAITING = "JOB_NOT_WAITING"
    WRONG_KEEP_TIME = "WRONG_KEEP_TIME"
    NOT_PLAYABLE_YET = "NOT_PLAYABLE_YET"
    HAS_NO_VIDEO = "HAS_NO_VIDEO"
    PLAYBACK_NOT_FOUND = "PLAYBACK_NOT_FOUND"
    PLAYBACK_STARTED_OVER = "PLAYBACK_STARTED_OVER"
    PLAYBACK_USED_UP = "PLAYBACK_USED_UP"
    WRONG_PUBLIC_KEY = "WRONG_PUBLIC_KEY"
    SHARE_LINK_NOT_FOUND = "SHARE_LINK_NOT_FOUND"
    TOO_MANY_SHARE_LINKS = "TOO_MANY_SHARE_LINKS"
    WRONG_SHARE_LINK_EXPIRY = "WRONG_SHARE_LINK_EXPIRY"
    TRY_AGAIN = "TRY_AGAIN"
    # Who asks is refused
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    RATE_LIMITED = "RATE_LIMITED"
    TOKEN_NOT_FOUND = "TOKEN_NOT_FOUND"
    TOO_MANY_API_TOKENS = "TOO_MANY_API_TOKENS"
    WRONG_TOKEN_NAME = "WRONG_TOKEN_NAME"
    WRONG_TOKEN_SCOPES = "WRONG_TOKEN_SCOPES"
    WRONG_TOKEN_EXPIRY = "WRONG_TOKEN_EXPIRY"
    # A job fails
    MODEL_FAILED = "MODEL_FAILED"
    TOO_MANY_ATTEMPTS = "TOO_MANY_ATTEMPTS"
    STORAGE_FAILED = "STORAGE_FAILED"
    PICTURE_LOST = "PICTURE_LOST"


@dataclass(frozen=True, slots=True)
class Limit:
    """The limit that a refusal is about: its name, its value and the unit of the value."""

    name: str
    value: float
    unit: str


class I2VError(Exception):
    """An expected error: `code` for programs, `message` for the person, `how_to_fix` for what to do next.

    `retry_after`: seconds after which the same may be granted, None if it never will.
    """

    code: Code

    def __init__(
        self,
        message: str,
        how_to_fix: str,
        *,
        code: Code,
        limit: Limit | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.code = code
        self.message = message
        self.how_to_fix = how_to_fix
        self.limit = limit


class UploadRefused(I2VError):
    """A picture that is not taken in, and why."""


class OperationRefused(I2VError):
    """An operation on a job or playback that cannot be done now."""


class Unauthenticated(I2VError):
    """A token that is not, or no longer, one of ours."""

    def __init__(self) -> None:
        super().__init__(
            "This token is not valid: it is mistyped, has expired or was revoked.",
            "Make a new one with createApiToken, or send none to be anonymous.",
            code=Code.UNAUTHENTICATED,
        )


class Forbidden(I2VError):
    """A right that whoever asks does not have. `scope`: its name, None if no token can have it."""

    def __init__(self, scope: str | None) -> None:
        self.scope = scope
        if scope is None:
            super().__init__(
                "This is not for tokens, whatever their scopes: a token makes, lists and revokes no tokens and no links.",
                "Ask as the viewer, with the cookie of the browser alone.",
                code=Code.FORBIDDEN,
            )
        else:
            super().__init__(
                f"This token does not have the scope {scope}.",
                f"Make one that has {scope} with createApiToken.",
                code=Code.FORBIDDEN,
            )


class TokenRefused(I2VError):
    """A token that is not made, and why."""


class RateLimited(I2VError):
    """Too many operations in a minute."""


class JobFailed(I2VError):
    """What ended a job as FAILED."""


class StoreUnavailable(I2VError):
    """Redis or the media store cannot be reached for the moment."""

    def __init__(self) -> None:
        super().__init__(
            "The server cannot reach its store at the moment.",
            "Nothing was lost. Try again in a few seconds.",
            code=Code.TRY_AGAIN,
            # Long enough for a restart of Redis, short enough for a person who waits.
            retry_after=3.0,
        )


class StartRefused(Exception):
    """The process cannot start; the message is the one sentence the operator reads. The exit code is 1."""


class WrongSetting(StartRefused):
    """One or more settings have a value that is not allowed."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences
