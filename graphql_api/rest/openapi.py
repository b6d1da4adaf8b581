"""The API's description of itself, OpenAPI 3.1. tests/graphql_api/test_openapi.py holds it against a running server."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from graphql_api.rest.parameters import DEFAULT_PAGE, MAX_PAGE
from graphql_api.rest.problems import MEDIA_TYPE as PROBLEM
from graphql_api.rest.schemas import (
    EXAMPLE_EVENT,
    EXAMPLE_ID,
    FOCUS_X,
    FOCUS_Y,
    ID_PATTERN,
    MOTION,
    SCHEMAS,
    SECONDS,
    SEED,
    SHAPE,
    example_problem,
    integer,
    string,
)
from graphql_api.uploads import MAX_KEY
from i2v_core.viewers import COOKIE

Part = dict[str, Any]

_STATUS_WORDS = {
    400: "The request does not have the form that is needed.",
    401: "The token is unknown, revoked or expired.",
    403: "Another site could have sent this, or the token was made for less.",
    404: "There is no such job among yours.",
    406: "The Accept header rules out what is answered here.",
    408: "The body took too long to arrive.",
    409: "It does not go together with what is there already.",
    413: "The body is larger than it may be.",
    415: "The body is of a type that is not taken in.",
    422: "The picture or the options cannot be used.",
    429: "As much as one may. Retry-After says when to try again.",
    500: "Something that nobody expected; it is in the log under the id.",
    503: "Not at the moment. Retry-After says when to try again.",
}
#: What any request can meet.
_ALWAYS = (400, 401, 403, 429, 500, 503)


def document() -> Part:
    """The whole description, as JSON values."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "i2v",
            "version": version("i2v"),
            "summary": "Image to video: post a picture, watch its progress.",
            "description": "The same jobs, rules and errors as at /graphql. Every refusal is a problem document (RFC 9457). "
            "Who sends no cookie and no token is a new viewer at each request, who sees nothing of what was there before. "
            "Videos are watched in the page; no address hands one out.",
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        # An empty requirement: without either one is somebody new.
        "security": [{}, {"viewerCookie": []}, {"token": []}],
        "tags": [{"name": "jobs", "description": "Your pictures on their way."}, {"name": "server"}],
        "paths": _paths(),
        "components": {
            "schemas": SCHEMAS,
            "parameters": {"JobId": _JOB_ID, "NotAForm": _NOT_A_FORM},
            "headers": {"RetryAfter": _RETRY_AFTER},
            "responses": {str(status): _problem(status) for status in _STATUS_WORDS},
            "securitySchemes": {
                "viewerCookie": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": COOKIE,
                    "description": "Set by the first answer; keep it (curl: -b jar -c jar) and you stay the same viewer.",
                },
                "token": {"type": "http", "scheme": "bearer", "description": "A token made for a program."},
            },
        },
    }


def operations() -> Iterator[tuple[str, str, str]]:
    """Method, path and summary of everything there is."""
    for path, item in _paths().items():
        for method, operation in item.items():
            if method != "parameters":
                yield method.upper(), path, operation["summary"]


_JOB_ID = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "Id of a job of yours.",
    "schema": {"type": "string", "pattern": ID_PATTERN},
    "example": EXAMPLE_ID,
}
_NOT_A_FORM = {
    "name": "X-I2V-Request",
    "in": "header",
    "required": True,
    "description": "Any value: it shows that no page of another site sends this with your cookie. Not needed with a token.",
    "schema": {"type": "string"},
    "example": "1",
}
_RETRY_AFTER = {
    "description": "Seconds after which to try again.",
    "required": True,
    "schema": {"type": "integer", "minimum": 1},
    "example": 4,
}


def _paths() -> Part:
    job = {"$ref": "#/components/parameters/JobId"}
    not_a_form = {"$ref": "#/components/parameters/NotAForm"}
    return {
        "/api/jobs": {
            "get": _operation(
                "listJobs",
                "Your jobs, newest first",
                {"200": _json("A page of jobs.", "JobPage", headers={"Link": _LINK})},
                problems=(406,),
                parameters=[
                    _query("limit", integer("How many at most.", minimum=1, maximum=MAX_PAGE, default=DEFAULT_PAGE)),
                    _query("after", string("`nextCursor` of the page before; opaque.", format="cursor")),
                ],
            ),
            "post": _operation(
                "createJob",
                "Take in a picture and queue it",
                {"201": _created()},
                problems=(406, 408, 409, 413, 415, 422),
                parameters=[
                    _query(
                        "name", string("Name of the file, for a raw body. A Content-Disposition header does as well.")
                    ),
                    _query("motion", MOTION),
                    _query("seconds", SECONDS),
                    _query("seed", SEED),
                    _query("shape", SHAPE),
                    _query("focusX", FOCUS_X),
                    _query("focusY", FOCUS_Y),
                    {
                        **_NOT_A_FORM,
                        "required": False,
                        "description": f"{_NOT_A_FORM['description']} Nor with a raw body.",
                    },
                    _IDEMPOTENCY_KEY,
                ],
                body={
                    "required": True,
                    "description": "A form with the part `image`, or the picture as it is. The bytes decide what it is, not the type.",
                    "content": {
                        "multipart/form-data": {
                            "schema": {"$ref": "#/components/schemas/NewJob"},
                            "encoding": {"image": {"contentType": "image/*"}},
                        },
                        "image/*": {"schema": {"type": "string", "format": "binary"}},
                        "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
                    },
                },
            ),
        },
        "/api/jobs/{id}": {
            "parameters": [job],
            "get": _operation(
                "getJob", "A job with its progress", {"200": _json("The job.", "Job")}, problems=(404, 406)
            ),
            "delete": _operation(
                "deleteJob",
                "Delete a job with its picture and video; one that waits or runs is cancelled by it",
                {"204": {"description": "It is gone."}},
                problems=(404,),
                parameters=[not_a_form],
            ),
        },
        "/api/jobs/{id}/events": {
            "parameters": [job],
            "get": _operation(
                "watchJob",
                "A job's progress as server-sent events, to its end",
                {
                    "200": {
                        "description": "`progress` with the job (id: its version), at the end `end`, or `deleted`.",
                        "content": {
                            "text/event-stream": {
                                "schema": {"$ref": "#/components/schemas/Event"},
                                "example": EXAMPLE_EVENT,
                            }
                        },
                    },
                    "204": {"description": "You have read its end already."},
                },
                problems=(404, 406),
                parameters=[
                    {
                        "name": "Last-Event-ID",
                        "in": "header",
                        "description": "Id of the last event that you have read: nothing older is told again.",
                        "schema": {"type": "string", "pattern": "^[0-9]{0,18}$"},
                        "example": "8",
                    }
                ],
            ),
        },
        "/api/jobs/{id}/cancel": {
            "parameters": [job],
            "post": _operation(
                "cancelJob",
                "End a job that waits or runs",
                {"200": _json("The job, cancelled.", "Job")},
                problems=(404, 406, 409),
                parameters=[not_a_form],
            ),
        },
        "/api/jobs/{id}/retry": {
            "parameters": [job],
            "post": _operation(
                "retryJob",
                "Have a job made again that FAILED or was CANCELLED",
                {"200": _json("The job, waiting again.", "Job")},
                problems=(404, 406, 409),
                parameters=[not_a_form],
            ),
        },
        "/api/queue": {
            "get": _operation(
                "getQueue",
                "The queue of everybody",
                {"200": _json("The queue.", "Queue")},
                problems=(406,),
                tag="server",
            ),
        },
        "/api/limits": {
            "get": _operation(
                "getLimits",
                "What this server takes in and makes",
                {"200": _json("The limits.", "Limits")},
                problems=(406,),
                tag="server",
            ),
        },
    }


_LINK = {
    "description": "The next page's address (rel=next); absent on the last page.",
    "schema": {"type": "string"},
    "example": '</api/jobs?limit=20&after=MTc5>; rel="next"',
}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "A text of your own, to send an upload again whose answer was lost: within a day the same key and picture give the same job.",
    "schema": {"type": "string", "minLength": 1, "maxLength": MAX_KEY},
    "example": "0f6c1f4e-5f0b-4b6e-9d3c-2a1f8f3d7c55",
}


def _operation(
    name: str,
    summary: str,
    answers: Part,
    *,
    problems: tuple[int, ...],
    parameters: list[Part] | None = None,
    body: Part | None = None,
    tag: str = "jobs",
) -> Part:
    refused = {str(status): {"$ref": f"#/components/responses/{status}"} for status in sorted((*_ALWAYS, *problems))}
    operation: Part = {"operationId": name, "summary": summary, "tags": [tag], "responses": {**answers, **refused}}
    if parameters:
        operation["parameters"] = parameters
    if body:
        operation["requestBody"] = body
    return operation


def _query(name: str, schema: Part) -> Part:
    return {"name": name, "in": "query", "description": schema["description"], "schema": schema}


def _json(description: str, schema: str, **more: Any) -> Part:
    content = {"schema": {"$ref": f"#/components/schemas/{schema}"}, "example": SCHEMAS[schema]["examples"][0]}
    return {"description": description, "content": {"application/json": content}, **more}


def _created() -> Part:
    location = {"description": "Path of the job.", "required": True, "schema": {"type": "string"}}
    followed = ("getJob", "cancelJob", "retryJob", "deleteJob")
    links = {name: {"operationId": name, "parameters": {"id": "$response.body#/id"}} for name in followed}
    return _json("The job. Nothing loses it from now on.", "Job", headers={"Location": location}, links=links)


def _problem(status: int) -> Part:
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example_problem(status)}
    answer: Part = {"description": _STATUS_WORDS[status], "content": {PROBLEM: content}}
    if status in (429, 503):
        answer["headers"] = {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}}
    return answer
