"""The four parameters of a GraphQL request, wherever they came from: body, query string, or a WebSocket's message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql_api.http.json_text import NotJSON, read_json
from graphql_api.http.refusals import RequestRefused
from graphql_api.request_errors import RequestCode


@dataclass(slots=True)
class Parameters:
    """What is to be executed. `query` is None if a persisted operation is meant."""

    query: str | None
    operation_name: str | None
    variables: dict[str, Any] | None
    extensions: dict[str, Any] | None


def of_value(value: object) -> Parameters:
    """The parameters in a JSON value. Raises `RequestRefused` 400 for anything that is not as the specification has it."""
    if isinstance(value, list):
        raise RequestRefused(
            400,
            RequestCode.BATCHING_NOT_SUPPORTED,
            "A list of operations is not taken. Send one request for each operation.",
        )
    if not isinstance(value, dict):
        raise _wrong("The request must be a JSON object with 'query', not another value.")
    for name, kind, words in (
        ("query", str, "a text"),
        ("operationName", str, "a text"),
        ("variables", dict, "an object"),
        ("extensions", dict, "an object"),
    ):
        if value.get(name) is not None and not isinstance(value[name], kind):
            raise _wrong(f"The parameter '{name}' must be {words} or null.")
    parameters = Parameters(
        value.get("query") or None, value.get("operationName"), value.get("variables"), value.get("extensions")
    )
    if parameters.query is None and "persistedQuery" not in (parameters.extensions or {}):
        raise _wrong("The request has no 'query'. Send the text of an operation.")
    return parameters


def of_query_string(query: Mapping[str, str]) -> Parameters:
    """The parameters in a URL: `variables` and `extensions` are JSON texts there. Raises `RequestRefused` 400."""
    value: dict[str, Any] = {name: query[name] for name in ("query", "operationName") if query.get(name)}
    for name in ("variables", "extensions"):
        if query.get(name):
            value[name] = json_of(query[name], f"The parameter '{name}'")
    return of_value(value)


def json_of(text: str | bytes, what: str) -> Any:
    """The value of a JSON text; `what` begins the sentence if it is none. Raises `RequestRefused` 400."""
    try:
        return read_json(text)
    except NotJSON as error:
        raise RequestRefused(400, RequestCode.INVALID_JSON, f"{what} {error}.") from None


def _wrong(message: str) -> RequestRefused:
    return RequestRefused(400, RequestCode.BAD_REQUEST, message)
