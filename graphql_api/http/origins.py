"""Requests that a page of another site could make a browser send, with the viewer's cookie: which are let through.

A browser asks before (a preflight) if a page wants to send a header or a content type that no form can. Whatever can be
sent without asking is therefore only taken with a header of the kind.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request

from graphql_api.http.refusals import RequestRefused
from graphql_api.request_errors import RequestCode
from i2v_core.settings import Settings

#: Any of them will do, with any value: ours, and what clients send of themselves or can be told to.
PREFLIGHT_HEADERS = (
    "x-i2v-request",
    "x-requested-with",
    "apollo-require-preflight",
    "x-apollo-operation-name",
    "graphql-preflight",
    "graphql-require-preflight",
)
#: Content types that a form, or a script without asking, can send.
_OF_FORMS = ("", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain")
#: Headers of requests that pages of listed origins may send.
_ALLOWED_HEADERS = (
    "accept",
    "authorization",
    "content-type",
    "last-event-id",
    "idempotency-key",
    "apollographql-client-name",
    "apollographql-client-version",
    *PREFLIGHT_HEADERS,
)
#: Seconds that a browser may remember the answer to a preflight. Chromium caps it at two hours.
_PREFLIGHT_SECONDS = 600


def content_type(headers: Headers) -> str:
    """The media type of the body, without its parameters, in lower case."""
    return headers.get("content-type", "").split(";")[0].strip().lower()


def demand_preflight(request: Request) -> None:
    """Raises `RequestRefused` 400 for what a page of another site could have sent."""
    if content_type(request.headers) not in _OF_FORMS:
        return
    if not any(request.headers.get(name) for name in PREFLIGHT_HEADERS):
        raise RequestRefused(
            400,
            RequestCode.PREFLIGHT_HEADER_MISSING,
            "GET and multipart requests need the header 'X-I2V-Request: 1' (any value will do): it shows that no other "
            "site's page sent them.",
        )


def cross_origin(settings: Settings) -> list[Middleware]:
    """What answers browsers that ask for pages of other origins: nothing unless `I2V_CORS_ORIGINS` lists some."""
    if not settings.cors_origin_list:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origin_list,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=_ALLOWED_HEADERS,
            allow_credentials=True,
            expose_headers=["Retry-After", "Location"],
            max_age=_PREFLIGHT_SECONDS,
        )
    ]
