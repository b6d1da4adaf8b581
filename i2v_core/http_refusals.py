"""Answers to requests that are refused before anybody looks at what they ask: who asks is not known, or asks too often.

In the form that the client of each path can read: a GraphQL response, or a problem document (RFC 9457) under `/api/`.
"""

from __future__ import annotations

from math import ceil
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import Scope

from i2v_core.errors import I2VError

_GRAPHQL = "application/graphql-response+json"


def refusal_response(scope: Scope, error: I2VError, status: int, headers: dict[str, str] | None = None) -> JSONResponse:
    """The error as a whole answer, with `Retry-After` in seconds if there is a time after which it may be granted."""
    given = {"Cache-Control": "no-store", "Vary": "Accept", **(headers or {})}
    if error.retry_after is not None:
        given["Retry-After"] = str(max(1, ceil(error.retry_after)))
    if scope["path"].startswith("/api/"):
        name = error.code.value
        problem = {
            "type": f"/problems/{name.lower().replace('_', '-')}",
            "title": name.replace("_", " ").capitalize(),
            "status": status,
            "detail": f"{error.message} {error.how_to_fix}",
            "message": error.message,
        }
        return JSONResponse(problem | extensions(error), status, given, media_type="application/problem+json")
    body = {"errors": [{"message": f"{error.message} {error.how_to_fix}", "extensions": extensions(error)}]}
    accepts = Headers(scope=scope).get("accept", "")
    return JSONResponse(body, status, given, media_type=_GRAPHQL if _GRAPHQL in accepts else "application/json")


def extensions(error: I2VError) -> dict[str, Any]:
    """What programs read of an error: its code, what to do, and the limit and the time to wait if there are any."""
    found: dict[str, Any] = {"code": error.code.value, "howToFix": error.how_to_fix}
    if error.limit is not None:
        found["limit"] = {"name": error.limit.name, "value": error.limit.value, "unit": error.limit.unit}
    if error.retry_after is not None:
        found["retryAfterSeconds"] = round(error.retry_after, 1)
    if (scope := getattr(error, "scope", None)) is not None:
        found["scope"] = scope
    return found
