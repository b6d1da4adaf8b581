"""Requests that never become an operation: each has a status, a stable code and a body like any other GraphQL error."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from cross_web import HTTPException
from graphql import GraphQLError
from starlette.responses import Response

from graphql_api.request_errors import RequestCode
from i2v_core.errors import Limit

#: Codes for statuses of refusals that others raise: Strawberry's own have a status and a sentence only.
_BY_STATUS = {
    404: "NOT_FOUND",
    405: RequestCode.METHOD_NOT_ALLOWED,
    406: RequestCode.NOT_ACCEPTABLE,
    408: RequestCode.BODY_TOO_SLOW,
    413: RequestCode.BODY_TOO_LARGE,
    415: RequestCode.UNSUPPORTED_MEDIA_TYPE,
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
        return cls(error.status_code, _BY_STATUS.get(error.status_code, RequestCode.BAD_REQUEST), error.reason)

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
