"""Requests that a page of another site could make a browser send, with the viewer's cookie: which are let through.

A browser asks before (a preflight) if a page wants to send a header or a content type that no form can. Whatever can be
sent without asking is therefore only taken with a header of the kind.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

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
#: Headers of answers that scripts of those pages may read.
_EXPOSED_HEADERS = ("Retry-After", "Location", "Link", "WWW-Authenticate")
#: What pages of listed origins may ask. The page itself and its socket are nobody else's.
_ADDRESSES = ("/graphql", "/api", "/problems", "/media")
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


def cross_origin(app: ASGIApp, settings: Settings) -> ASGIApp:
    """The app, answering browsers that ask for pages of the origins in `I2V_CORS_ORIGINS`; the same app if there are none.

    It belongs around everything that can refuse, or a browser shows its page a refusal as an error of the network.
    """
    if not settings.cors_origin_list:
        return app
    shared = CORSMiddleware(
        app,
        allow_origins=settings.cors_origin_list,
        allow_methods=["GET", "HEAD", "POST", "DELETE"],
        allow_headers=_ALLOWED_HEADERS,
        allow_credentials=True,
        expose_headers=_EXPOSED_HEADERS,
        max_age=_PREFLIGHT_SECONDS,
    )

    async def chosen(scope: Scope, receive: Receive, send: Send) -> None:
        is_shared = scope["type"] == "http" and f"{scope['path']}/".startswith(tuple(f"{a}/" for a in _ADDRESSES))
        await (shared if is_shared else app)(scope, receive, send)

    return chosen
