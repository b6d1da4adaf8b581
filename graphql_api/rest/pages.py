"""Two small pages for people, with nothing in them that is loaded from elsewhere: what `/api` has, and what a problem means."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from graphql_api.rest.openapi import operations
from graphql_api.rest.problems import STATUS, RestCode, nothing_here, title_of, type_of
from i2v_core.errors import Code

#: No script, no picture, no other server: only the style in the page itself.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
}
_STYLE = "body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}td{padding:.2rem 1rem .2rem 0;vertical-align:top}"

#: What each problem means, for somebody who has its address. What was wrong with *this* request stands in its document.
MEANINGS: dict[Code | RestCode, str] = {
    RestCode.BAD_REQUEST: "The request does not have the form that this address needs.",
    RestCode.BAD_USER_INPUT: "A parameter in the address is unknown, given twice or out of range.",
    Code.UNAUTHENTICATED: "The token is unknown, revoked or expired. Make a new one.",
    Code.FORBIDDEN: "The token was made for less than this.",
    RestCode.PREFLIGHT_HEADER_MISSING: "A page of another site could have sent this request with your cookie. Add the header X-I2V-Request: 1.",
    RestCode.NOT_FOUND: "There is nothing at this address.",
    RestCode.METHOD_NOT_ALLOWED: "The address exists, but not for this method. The Allow header lists those that there are.",
    RestCode.NOT_ACCEPTABLE: "The Accept header rules out what this address answers.",
    RestCode.UNSUPPORTED_MEDIA_TYPE: "The body is of a type that is not taken in. Send multipart/form-data, or the picture as it is.",
    RestCode.BODY_TOO_SLOW: "The body took too long to arrive.",
    RestCode.BODY_TOO_LARGE: "The body, or a part of it, is longer than any upload may be.",
    RestCode.TOO_MANY_SUBSCRIPTIONS: "You are watching as many jobs at once as one may.",
    RestCode.INTERNAL_SERVER_ERROR: "Something that nobody expected went wrong. Whoever runs the server finds it in the log by its id.",
    Code.JOB_NOT_FOUND: "There is no such job among yours. It may have been deleted, its time may be over, or it is another viewer's.",
    Code.UPLOAD_TOO_SLOW: "The picture took too long to arrive.",
    Code.IDEMPOTENCY_KEY_USED: "The Idempotency-Key was used for another picture or with other options within the last day.",
    Code.JOB_ALREADY_FINISHED: "The job has ended, so there is nothing to cancel.",
    Code.JOB_NOT_OVER: "Only a job that FAILED or was CANCELLED can be made again.",
    Code.PICTURE_LOST: "The job's picture is no longer in the store, so it cannot be made again. Upload it again.",
    Code.TOO_MANY_JOBS: "You have as many jobs as one viewer may have, ended ones included. Delete some: none goes sooner for waiting.",
    Code.TOO_MANY_BYTES: "The picture's file is larger than this server takes.",
    Code.NOT_A_PICTURE: "The bytes are no picture's, whatever the name or the type says.",
    Code.UNSUPPORTED_FORMAT: "The file is of a known kind that is not taken in.",
    Code.EMPTY_FILE: "There was nothing in the file.",
    Code.TRUNCATED_FILE: "The end of the picture is missing.",
    Code.TOO_MANY_PIXELS: "The picture has more pixels than this server takes.",
    Code.DECODE_FAILED: "The picture could not be read, or not within the time and memory that it may take.",
    Code.WRONG_OPTIONS: "An option is unknown, given twice or out of range.",
    Code.TOO_MANY_WAITING: "You have as many pictures waiting as one may have. Retry-After says when to try again.",
    Code.TOO_MANY_AT_ONCE: "You are sending as many pictures at once as one may.",
    Code.TOO_MANY_UPLOADS: "You have begun as many uploads as one may within a minute.",
    Code.RATE_LIMITED: "You, or all of your address together, have asked as often as is answered in a minute.",
    Code.QUEUE_FULL: "As many pictures are waiting as this server takes in all.",
    Code.STORAGE_FAILED: "The server has no room for the picture at the moment.",
    Code.TRY_AGAIN: "The server cannot reach its store for a moment. Nothing was changed.",
}


async def overview(request: Request) -> Response:
    """What the API has, with links to its description; the description itself to programs that ask for JSON."""
    if _asks_for_json(request):
        return RedirectResponse("/api/openapi.json", 303, {"Vary": "Accept"})
    rows = "".join(
        f"<tr><td><code>{method} {escape(path)}</code></td><td>{escape(summary)}</td></tr>"
        for method, path, summary in operations()
    )
    problems = "".join(
        f'<li><a href="{type_of(code)}">{escape(title_of(code))}</a> ({STATUS[code]})</li>' for code in MEANINGS
    )
    return _page(
        "i2v without GraphQL",
        f'<p>Described in full by <a href="/api/openapi.json">OpenAPI 3.1</a>. The same jobs are at <code>/graphql</code>.</p>'
        f"<table>{rows}</table><h2>Problems</h2><ul>{problems}</ul>",
        {"Vary": "Accept"},
    )


async def problem(request: Request) -> Response:
    """What a problem's type means."""
    path = f"/problems/{request.path_params['slug']}"
    for code, meaning in MEANINGS.items():
        if type_of(code) == path:
            body = f'<p>{escape(meaning)}</p><p>Status {STATUS[code]}, code <code>{code.value}</code>. <a href="/api">All of them</a></p>'
            return _page(title_of(code), body)
    raise nothing_here()


def _asks_for_json(request: Request) -> bool:
    accept = ",".join(request.headers.getlist("accept")).lower()
    named = {part.split(";")[0].strip() for part in accept.split(",")}
    return "application/json" in named and "text/html" not in named


def _page(title: str, body: str, headers: Mapping[str, str] = MappingProxyType({})) -> Response:
    return HTMLResponse(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1>{body}</html>",
        headers={**_HEADERS, **headers},
    )
