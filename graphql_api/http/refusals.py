"""Requests that never become an operation: each has a status, a stable code and a body like any other GraphQL error."""

from __future__ import annotations

import json
import math
import secrets
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from cross_web import HTTPException
from graphql import GraphQLError
from starlette.responses import Response

from i2v_core.errors import Limit
from i2v_core.logs import get_logger

log = get_logger("api")


class TransportCode(StrEnum):
    """What `extensions.code` says when the transport refuses. Never rename one: programs rely on them."""

    #: A parameter of the request is missing or of the wrong kind.
    BAD_REQUEST = "BAD_REQUEST"
    INVALID_JSON = "INVALID_JSON"
    #: The multipart body is not as the GraphQL multipart request specification has it.
    INVALID_MULTIPART = "INVALID_MULTIPART"
    BATCHING_NOT_SUPPORTED = "BATCHING_NOT_SUPPORTED"
    #: None of the media types in `Accept` is one that we can answer in.
    NOT_ACCEPTABLE = "NOT_ACCEPTABLE"
    #: A subscription whose `Accept` names neither events nor parts.
    SUBSCRIPTION_NEEDS_STREAM = "SUBSCRIPTION_NEEDS_STREAM"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    #: A request that a page of another site could have made a browser send, without the header that says otherwise.
    PREFLIGHT_HEADER_MISSING = "PREFLIGHT_HEADER_MISSING"
    #: A WebSocket opened by a page of an origin that is not listed.
    ORIGIN_NOT_ALLOWED = "ORIGIN_NOT_ALLOWED"
    BODY_TOO_LARGE = "BODY_TOO_LARGE"
    BODY_TOO_SLOW = "BODY_TOO_SLOW"
    BODY_CUT_SHORT = "BODY_CUT_SHORT"
    TOO_MANY_SUBSCRIPTIONS = "TOO_MANY_SUBSCRIPTIONS"
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
    PERSISTED_QUERY_NOT_SUPPORTED = "PERSISTED_QUERY_NOT_SUPPORTED"
    PERSISTED_QUERY_HASH_MISMATCH = "PERSISTED_QUERY_HASH_MISMATCH"
    OPERATION_NOT_ALLOWED = "OPERATION_NOT_ALLOWED"
    OPERATION_RESOLUTION_FAILURE = "OPERATION_RESOLUTION_FAILURE"
    INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"


#: Codes for statuses of refusals that others raise: Strawberry's own have a status and a sentence only.
_BY_STATUS = {
    404: "NOT_FOUND",
    405: TransportCode.METHOD_NOT_ALLOWED,
    406: TransportCode.NOT_ACCEPTABLE,
    408: TransportCode.BODY_TOO_SLOW,
    413: TransportCode.BODY_TOO_LARGE,
    415: TransportCode.UNSUPPORTED_MEDIA_TYPE,
}


class RequestRefused(HTTPException):
    """A request that is refused before there is an operation: HTTP status, code, and a sentence with what to do.

    `retry_after` in seconds, if waiting helps.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        limit: Limit | None = None,
        retry_after: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, message)
        self.code = code
        self.limit = limit
        self.retry_after = retry_after
        self.headers = dict(headers or {})

    @classmethod
    def of(cls, error: HTTPException) -> RequestRefused:
        """The same refusal with a code, if it has none yet."""
        if isinstance(error, cls):
            return error
        return cls(error.status_code, _BY_STATUS.get(error.status_code, TransportCode.BAD_REQUEST), error.reason)

    @property
    def error(self) -> GraphQLError:
        """The refusal as a GraphQL error."""
        extensions: dict[str, Any] = {"code": str(self.code)}
        if self.limit is not None:
            extensions["limit"] = {"name": self.limit.name, "value": self.limit.value, "unit": self.limit.unit}
        if self.retry_after is not None:
            extensions["retryAfterSeconds"] = self.retry_after
        return GraphQLError(self.reason, extensions=extensions)

    def response(self, media_type: str) -> Response:
        """The answer, in one of the two JSON media types."""
        return json_response({"errors": [self.error.formatted]}, self.status_code, media_type, self.headers)


def unexpected(error: Exception) -> GraphQLError:
    """Log what nobody expected, and give the GraphQL error that the client sees of it: an id that is in the log."""
    error_id = secrets.token_hex(6)
    log.error("unexpected_error", error_id=error_id, path=None, exc_info=error)
    message = f"Something went wrong on the server. Tell whoever runs it this id: {error_id}"
    return GraphQLError(message, extensions={"code": str(TransportCode.INTERNAL_SERVER_ERROR), "errorId": error_id})


def json_response(
    body: Mapping[str, Any], status: int, media_type: str, headers: Mapping[str, str] | None = None
) -> Response:
    """A GraphQL response; with `Retry-After` if one of its errors tells when to come again."""
    response = Response(json.dumps(body, separators=(",", ":")), status, headers)
    response.headers["Content-Type"] = f"{media_type}; charset=utf-8"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept"
    waits = [e.get("extensions", {}).get("retryAfterSeconds") for e in body.get("errors", ())]
    if status >= 400 and (known := [wait for wait in waits if wait is not None]):
        response.headers["Retry-After"] = str(max(1, math.ceil(max(known))))
    return response
