"""JSON Schemas of what goes in and out, with an example each; `openapi.py` refers to them by name."""

from __future__ import annotations

from typing import Any

from graphql_api.picture_formats import FORMATS
from graphql_api.rest.problems import STATUS, Problem, RestCode
from graphql_api.uploads import MAX_SECONDS, MAX_SEED, MIN_SECONDS
from i2v_core.errors import Code, Limit
from i2v_core.jobs import JobState, Motion, Shape, Stage

ID_PATTERN = "^job_[a-z0-9]{24}$"
EXAMPLE_ID = "job_h3k9x2m5q7w1z8b4n6v0c2d4"

Schema = dict[str, Any]


def string(description: str, **more: Any) -> Schema:
    """A text."""
    return {"type": "string", "description": description, **more}


def number(description: str, **more: Any) -> Schema:
    """A number; `seconds` and the like say their unit in the description."""
    return {"type": "number", "description": description, **more}


def integer(description: str, **more: Any) -> Schema:
    """A whole number."""
    return {"type": "integer", "description": description, **more}


def _or_null(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def _time(description: str) -> Schema:
    return string(description, format="date-time")


def _object(description: str, properties: dict[str, Schema], optional: tuple[str, ...] = (), **more: Any) -> Schema:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "description": description, "properties": properties, "required": required, **more}


def _closed(description: str, properties: dict[str, Schema], **more: Any) -> Schema:
    return _object(description, properties, additionalProperties=False, **more)


MOTION = string("How the camera moves. AUTO chooses by the picture's shape.", enum=[motion.value for motion in Motion])
SECONDS = number("Length of the video in seconds.", minimum=MIN_SECONDS, maximum=MAX_SECONDS)
SEED = integer("Seed of everything random: the same seed gives the same video.", minimum=0, maximum=MAX_SEED)
SHAPE = string("The shape of the frame. AS_PICTURE is the picture's own.", enum=[shape.value for shape in Shape])
FOCUS_X = number("Part of the picture's width, from the left, that the frame is laid around.", minimum=0, maximum=1)
FOCUS_Y = number("Part of the picture's height, from the top, that the frame is laid around.", minimum=0, maximum=1)

_LIMIT = _closed(
    "A limit that something was over.",
    {
        "name": string("What is limited."),
        "value": number("The most that is allowed."),
        "unit": string("Unit of the value."),
    },
)
_FAILURE = _closed(
    "Why the job FAILED; null otherwise.",
    {
        "code": string("Stable name for programs."),
        "message": string("What went wrong, as a sentence for a person."),
        "howToFix": string("What to do next, as a sentence for a person."),
    },
)
_OPTIONS = _closed(
    "What video is wanted, defaults filled in.",
    {
        "motion": MOTION,
        "seconds": SECONDS,
        "seed": SEED,
        "shape": SHAPE,
        "focus": _closed("What the frame is laid around.", {"x": FOCUS_X, "y": FOCUS_Y}),
    },
)

EXAMPLE_JOB: dict[str, Any] = {
    "id": EXAMPLE_ID,
    "name": "holiday.jpg",
    "state": "PROCESSING",
    "stage": "GENERATING",
    "percent": 42.5,
    "attempt": 1,
    "version": 9,
    "queuePosition": None,
    "placesLost": 0,
    "startsInSeconds": None,
    "remainingSeconds": 17.3,
    "segmentsReady": 1,
    "width": 4032,
    "height": 3024,
    "options": {"motion": "AUTO", "seconds": 5.0, "seed": 1234, "shape": "WIDE", "focus": {"x": 0.3, "y": 0.5}},
    "failure": None,
    "createdAt": "2026-11-21T10:00:00.120000+00:00",
    "startedAt": "2026-11-21T10:00:01.250000+00:00",
    "finishedAt": None,
    "expiresAt": None,
    "url": f"/api/jobs/{EXAMPLE_ID}",
    "eventsUrl": f"/api/jobs/{EXAMPLE_ID}/events",
    "thumbnailUrl": f"/media/thumbnails/{EXAMPLE_ID}",
    "pictureUrl": f"/media/pictures/{EXAMPLE_ID}",
}
EXAMPLE_QUEUE = {
    "length": 3,
    "processing": 1,
    "modelSeconds": 30.0,
    "estimatedWaitSeconds": 101.5,
    "paused": False,
}
EXAMPLE_LIMITS = {
    "maxUploadBytes": 20_000_000,
    "maxMegapixels": 50.0,
    "formats": list(FORMATS),
    "minSeconds": MIN_SECONDS,
    "maxSeconds": MAX_SECONDS,
    "defaultSeconds": 5.0,
    "retentionHours": 168.0,
    "maxWaiting": 20,
    "maxWaitingOverall": 5000,
    "maxUploadsPerMinute": 60,
    "modelName": "simulated",
}
EXAMPLE_EVENT = {"id": "9", "event": "end", "data": f'{{"jobId": "{EXAMPLE_ID}", "state": "COMPLETED"}}'}

SCHEMAS: dict[str, Schema] = {
    "Job": _closed(
        "One picture on its way to one video, with its progress. The video itself is watched in the page and handed out nowhere.",
        {
            "id": string("Id of the job; opaque.", pattern=ID_PATTERN),
            "name": string("Name of the uploaded file, as it was given."),
            "state": string("Where it is on its way. The last three are final.", enum=[s.value for s in JobState]),
            "stage": _or_null(
                string("What is being done while it is PROCESSING.", enum=[*(s.value for s in Stage), None])
            ),
            "percent": number(
                "Of the whole job, as the model reports it. It never falls within an attempt.", minimum=0, maximum=100
            ),
            "attempt": integer("Which try is going on or was the last, from 1; 0 before the first.", minimum=0),
            "version": integer("Counts the job's changes; a higher one is newer.", minimum=1),
            "queuePosition": _or_null(integer("Place among the waiting, 1 is next; null unless QUEUED.", minimum=1)),
            "placesLost": integer("Places it has fallen back since the event before; 0 mostly.", minimum=0),
            "startsInSeconds": _or_null(
                number("Until it is expected to start; null unless QUEUED, or while no worker is there.", minimum=0)
            ),
            "remainingSeconds": _or_null(
                number("Until the video is expected to be complete; null when it has ended.", minimum=0)
            ),
            "segmentsReady": integer("Segments of the video that exist already.", minimum=0),
            "width": integer("Width of the uploaded picture, upright, in pixels.", minimum=1),
            "height": integer("Height of the uploaded picture, upright, in pixels.", minimum=1),
            "options": _OPTIONS,
            "failure": _or_null(_FAILURE),
            "createdAt": _time("When it was uploaded."),
            "startedAt": _or_null(_time("When the present attempt began.")),
            "finishedAt": _or_null(_time("When it ended.")),
            "expiresAt": _or_null(_time("When it and its video are deleted; set when it ends.")),
            "url": string("Path of the job on this server."),
            "eventsUrl": string("Path of its progress as server-sent events."),
            "thumbnailUrl": string("Path of the thumbnail. It answers to you alone."),
            "pictureUrl": string("Path of the picture as it is kept: JPEG, upright. It answers to you alone."),
        },
        examples=[EXAMPLE_JOB],
    ),
    "JobPage": _closed(
        "A page of your jobs, newest first.",
        {
            "jobs": {"type": "array", "items": {"$ref": "#/components/schemas/Job"}, "description": "The jobs."},
            "totalCount": integer("All your jobs that are kept.", minimum=0),
            "nextCursor": _or_null(string("Give it as `after` for the next page; null on the last.")),
        },
        examples=[{"jobs": [EXAMPLE_JOB], "totalCount": 1, "nextCursor": None}],
    ),
    "Queue": _closed(
        "The queue of everybody.",
        {
            "length": integer("Jobs that wait.", minimum=0),
            "processing": integer("Jobs that are being made.", minimum=0),
            "modelSeconds": _or_null(number("The model's time for a picture; null while no worker is there.")),
            "estimatedWaitSeconds": _or_null(
                number("Until a picture that you upload now would start; null while nobody can say.", minimum=0)
            ),
            "paused": {"type": "boolean", "description": "Whether the operator lets nothing new begin at the moment."},
        },
        examples=[EXAMPLE_QUEUE],
    ),
    "Limits": _closed(
        "What this server takes in and makes.",
        {
            "maxUploadBytes": integer("Largest upload in bytes."),
            "maxMegapixels": number("Largest picture in millions of pixels."),
            "formats": {"type": "array", "items": {"type": "string"}, "description": "Formats that are taken in."},
            "minSeconds": number("Shortest video in seconds."),
            "maxSeconds": number("Longest video in seconds."),
            "defaultSeconds": number("Length of a video in seconds if none is asked for."),
            "retentionHours": number("Hours a finished job is kept."),
            "maxWaiting": integer("Pictures that you may have waiting at once."),
            "maxWaitingOverall": integer("Pictures that may wait in all."),
            "maxUploadsPerMinute": integer("Uploads that you may begin in a minute."),
            "modelName": string("What the model that makes the videos says its name is."),
        },
        examples=[EXAMPLE_LIMITS],
    ),
    "Event": _object(
        "One server-sent event.",
        {
            "id": string(
                "The job's version; send the last one as Last-Event-ID to go on from there.", pattern="^[0-9]+$"
            ),
            "event": string("What it tells.", enum=["progress", "end", "deleted"]),
            "data": string(
                "`progress`: the Job. `end`: its id and state, after a terminal state. `deleted`: its id.",
                contentMediaType="application/json",
            ),
        },
        optional=("id",),
    ),
    "NewJob": _object(
        "A picture, and what video is wanted. Everything but the picture has a default.",
        {
            "image": string("The picture, as a file with a name.", format="binary"),
            "motion": MOTION,
            "seconds": SECONDS,
            "seed": SEED,
            "shape": SHAPE,
            "focusX": FOCUS_X,
            "focusY": FOCUS_Y,
        },
        optional=("motion", "seconds", "seed", "shape", "focusX", "focusY"),
        additionalProperties=False,
    ),
    "Problem": _object(
        "Why something was not done: a problem document (RFC 9457) with more members.",
        {
            "type": string("Path of a page that says what the problem means.", pattern="^/problems/[a-z-]+$"),
            "title": string("The kind of problem, for a person."),
            "status": integer("The HTTP status.", minimum=400, maximum=599),
            "detail": string("What was wrong and what to do, as sentences for a person."),
            "code": string("Stable name for programs, the same as in GraphQL.", enum=sorted(STATUS)),
            "message": string("What was wrong."),
            "howToFix": string("What to do next."),
            "limit": _LIMIT,
            "retryAfterSeconds": number("Seconds after which the same may be granted.", minimum=0),
            "jobId": string("The id that was asked for."),
            "errorId": string("Whoever runs the server finds the reason in the log under it."),
        },
        optional=("limit", "retryAfterSeconds", "jobId", "errorId"),
    ),
}


def example_problem(status: int) -> dict[str, Any]:
    """A problem of this status as it could be answered."""
    codes: list[Code | RestCode] = [code for code, its in STATUS.items() if its == status]
    # What is refused for its content is more telling than what is refused for its form.
    code = next((code for code in reversed(codes) if isinstance(code, Code)), codes[0])
    limit = Limit("upload size", 20_000_000, "bytes") if code is Code.TOO_MANY_BYTES else None
    wait = 4.0 if status in (429, 503) else None
    return Problem(code, "What was wrong.", "What to do.", limit=limit, retry_after=wait).document()
