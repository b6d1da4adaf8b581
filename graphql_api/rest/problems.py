"""Every error as a problem document (RFC 9457), with the status that HTTP has for it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from starlette.responses import JSONResponse, Response

from graphql_api.refusals import try_again
from i2v_core.errors import Code, Forbidden, I2VError, Limit, StoreUnavailable

MEDIA_TYPE = "application/problem+json"
#: No answer of the API is for a cache, and none is anything but what it says it is.
NO_STORE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
#: Seconds after which to try again where nothing better is known: a full disk is not emptied in a moment.
_SOME_SECONDS = 60.0


class RestCode(StrEnum):
    """Stable names of what is wrong with a request as such; what is wrong with its content has a `Code`."""

    BAD_REQUEST = "BAD_REQUEST"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    PREFLIGHT_HEADER_MISSING = "PREFLIGHT_HEADER_MISSING"
    NOT_FOUND = "NOT_FOUND"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    NOT_ACCEPTABLE = "NOT_ACCEPTABLE"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    BODY_TOO_SLOW = "BODY_TOO_SLOW"
    BODY_TOO_LARGE = "BODY_TOO_LARGE"
    TOO_MANY_SUBSCRIPTIONS = "TOO_MANY_SUBSCRIPTIONS"
    INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"


#: The status of each problem that this API can answer.
STATUS: Mapping[Code | RestCode, int] = {
    RestCode.BAD_REQUEST: 400,
    RestCode.BAD_USER_INPUT: 400,
    RestCode.PREFLIGHT_HEADER_MISSING: 403,
    RestCode.NOT_FOUND: 404,
    RestCode.METHOD_NOT_ALLOWED: 405,
    RestCode.NOT_ACCEPTABLE: 406,
    RestCode.UNSUPPORTED_MEDIA_TYPE: 415,
    RestCode.BODY_TOO_SLOW: 408,
    RestCode.BODY_TOO_LARGE: 413,
    RestCode.TOO_MANY_SUBSCRIPTIONS: 429,
    RestCode.INTERNAL_SERVER_ERROR: 500,
    Code.UNAUTHENTICATED: 401,
    Code.FORBIDDEN: 403,
    Code.JOB_NOT_FOUND: 404,
    Code.UPLOAD_TOO_SLOW: 408,
    Code.IDEMPOTENCY_KEY_USED: 409,
    Code.JOB_ALREADY_FINISHED: 409,
    Code.JOB_NOT_OVER: 409,
    Code.PICTURE_LOST: 409,
    Code.TOO_MANY_JOBS: 409,
    Code.TOO_MANY_BYTES: 413,
    Code.NOT_A_PICTURE: 415,
    Code.UNSUPPORTED_FORMAT: 415,
    Code.EMPTY_FILE: 422,
    Code.TRUNCATED_FILE: 422,
    Code.TOO_MANY_PIXELS: 422,
    Code.DECODE_FAILED: 422,
    Code.WRONG_OPTIONS: 422,
    Code.TOO_MANY_WAITING: 429,
    Code.TOO_MANY_AT_ONCE: 429,
    Code.TOO_MANY_UPLOADS: 429,
    Code.RATE_LIMITED: 429,
    Code.QUEUE_FULL: 503,
    Code.STORAGE_FAILED: 503,
    Code.TRY_AGAIN: 503,
}


class Problem(Exception):
    """An answer that is not what was asked for. `headers` are sent along; `more` are further members of the document."""

    def __init__(
        self,
        code: Code | RestCode,
        message: str,
        how_to_fix: str,
        *,
        limit: Limit | None = None,
        retry_after: float | None = None,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        # What has no place here yet is the request's fault until somebody says otherwise: a test holds that none is missing.
        self.status = STATUS.get(code, 400)
        self.code = code
        self.message = message
        self.how_to_fix = how_to_fix
        self.limit = limit
        self.retry_after = _SOME_SECONDS if retry_after is None and self.status in (429, 503) else retry_after
        self.headers = dict(headers or {})
        self.more = dict(more or {})

    @classmethod
    def of(cls, error: I2VError) -> Problem:
        """The problem of an expected error of the house."""
        wait = try_again(error).retry_after_seconds if isinstance(error, StoreUnavailable) else error.retry_after
        headers: dict[str, str] = {}
        more: dict[str, Any] = {}
        if isinstance(error, Forbidden) and error.scope is not None:
            headers["WWW-Authenticate"] = f'Bearer error="insufficient_scope", scope="{error.scope}"'
            more["scope"] = error.scope
        return cls(
            error.code,
            error.message,
            error.how_to_fix,
            limit=error.limit,
            retry_after=wait,
            headers=headers,
            more=more,
        )

    def document(self) -> dict[str, Any]:
        """The members of the problem document."""
        document: dict[str, Any] = {
            "type": type_of(self.code),
            "title": title_of(self.code),
            "status": self.status,
            "detail": f"{self.message} {self.how_to_fix}",
            "code": self.code.value,
            "message": self.message,
            "howToFix": self.how_to_fix,
        }
        if self.limit is not None:
            document["limit"] = {"name": self.limit.name, "value": self.limit.value, "unit": self.limit.unit}
        if self.retry_after is not None:
            document["retryAfterSeconds"] = self.retry_after
        return document | self.more

    def response(self) -> Response:
        """The answer, with `Retry-After` (whole seconds) if waiting helps."""
        headers = {**NO_STORE, **self.headers}
        if self.retry_after is not None:
            headers["Retry-After"] = str(max(1, math.ceil(self.retry_after)))
        return JSONResponse(self.document(), self.status, headers, MEDIA_TYPE)


def type_of(code: Code | RestCode) -> str:
    """The problem's type, a path on this server that says more: `/problems/too-many-bytes`."""
    return f"/problems/{code.value.lower().replace('_', '-')}"


def title_of(code: Code | RestCode) -> str:
    """The problem's title, the same for all of its type: "Too many bytes"."""
    return code.value.replace("_", " ").capitalize()


def bad_request(message: str, how_to_fix: str) -> Problem:
    """The request makes no sense as it was sent."""
    return Problem(RestCode.BAD_REQUEST, message, how_to_fix)


def nothing_here() -> Problem:
    """There is no such address."""
    return Problem(RestCode.NOT_FOUND, "There is nothing at this address.", "GET /api lists what there is.")
