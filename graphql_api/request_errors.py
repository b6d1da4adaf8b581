"""Errors of requests: every stable `extensions.code` that can stand in `errors`, in one place.

Expected outcomes of an operation are no errors: they are types in its result union (`refusals.py`).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import StrEnum
from typing import Any

from graphql import GraphQLError, Node

from i2v_core.errors import Limit

#: Longer messages are cut: they repeat names out of the document, which can be as long as it is.
_LONGEST = 400
#: The library shows values as Python writes them, objects of ours with the name of their class.
_SHOWN_VALUE = re.compile(r"(cannot represent (?:an? )?[\w -]*?value): .*$|[;,] found: .*$", re.DOTALL)
#: Strawberry shows the value, and with it Python's words for what is wrong with it.
_WRONG_DATE_TIME = re.compile(r"Value cannot represent a DateTime: .*$", re.DOTALL)
_INNER_SENTENCE = re.compile(r"but encountered error '(.*)'\.?$", re.DOTALL)


class RequestCode(StrEnum):
    """What `extensions.code` of an error can be. Never rename one: programs rely on them."""

    # The transport refuses it, before there is an operation.
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

    # The operation is refused, or breaks.
    #: The document is not GraphQL.
    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    #: The document does not fit the schema.
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    #: `operationName` names no operation of the document, or is missing and there are several.
    OPERATION_RESOLUTION_FAILURE = "OPERATION_RESOLUTION_FAILURE"
    #: Operations of this type are not taken over this transport.
    OPERATION_NOT_ALLOWED = "OPERATION_NOT_ALLOWED"
    #: A variable or an argument has a value that is not allowed.
    BAD_USER_INPUT = "BAD_USER_INPUT"
    #: The operator has turned introspection off (`I2V_INTROSPECTION`).
    INTROSPECTION_DISABLED = "INTROSPECTION_DISABLED"
    #: The document is over a limit; `extensions.limit` says which.
    QUERY_TOO_LONG = "QUERY_TOO_LONG"
    TOO_MANY_TOKENS = "TOO_MANY_TOKENS"
    QUERY_TOO_DEEP = "QUERY_TOO_DEEP"
    TOO_MANY_ALIASES = "TOO_MANY_ALIASES"
    TOO_MANY_DIRECTIVES = "TOO_MANY_DIRECTIVES"
    QUERY_TOO_COSTLY = "QUERY_TOO_COSTLY"
    PAGE_TOO_LARGE = "PAGE_TOO_LARGE"
    #: What a playback was opened with is given once, to the one who opened it.
    LICENCE_GIVEN_ONCE = "LICENCE_GIVEN_ONCE"
    #: The store cannot be reached for a moment; nothing was changed.
    TRY_AGAIN = "TRY_AGAIN"
    #: Nobody expected this; `extensions.errorId` is in the server's log.
    INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"


def request_error(
    code: RequestCode,
    message: str,
    *,
    limit: Limit | None = None,
    nodes: Collection[Node] | Node | None = None,
) -> GraphQLError:
    """An error with its code, and with the limit that it is about; the message says what to do as well."""
    extensions: dict[str, Any] = {"code": code.value}
    if limit is not None:
        extensions["limit"] = {"name": limit.name, "value": limit.value, "unit": limit.unit}
    return GraphQLError(message, nodes, extensions=extensions)


def coded(error: GraphQLError, code: RequestCode) -> GraphQLError:
    """The library's error with this code and in words that tell nothing of Python; ours as it is."""
    if "code" in (error.extensions or {}):
        return error
    return GraphQLError(
        plainly(error.message),
        error.nodes,
        error.source,
        error.positions,
        error.path,
        extensions={**(error.extensions or {}), "code": code.value},
    )


def plainly(message: str) -> str:
    """The library's sentence without the value that it shows: whoever sent it knows it, and it may be a secret."""
    message = message.replace("not to be None", "not to be null")
    message = _WRONG_DATE_TIME.sub("Value cannot represent a DateTime, such as 2030-12-31T23:59:59Z.", message)
    message = _SHOWN_VALUE.sub(lambda found: found[1] or "", message).replace("represent value", "represent this value")
    message = _INNER_SENTENCE.sub(lambda found: f"but: {found[1]}", message)
    return message if len(message) <= _LONGEST else message[: _LONGEST - 1] + "…"
