"""Automatic persisted queries (Apollo's protocol): a hash instead of the text, once the text has come with it before.

The same over GET, POST and WebSocket: `text_of` finds the text before an operation is executed, and the schema
keeps a text once its operation was found to be valid (`keep_persisted`).
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from graphql import GraphQLError
from strawberry.types import ExecutionContext

from graphql_api.http.parameters import Parameters
from graphql_api.request_errors import RequestCode
from i2v_core.persisted import PersistedOperations

_EXTENSION = "persistedQuery"
_HASH = re.compile(r"[0-9a-f]{64}\Z")


async def text_of(demanded: Parameters, operations: PersistedOperations) -> str | None:
    """The text to execute: the one that was sent, or the one with the hash that was. Raises `GraphQLError`."""
    given = (demanded.extensions or {}).get(_EXTENSION)
    if given is None:
        return demanded.query
    digest = _read(given)
    if demanded.query is not None:
        if hashlib.sha256(demanded.query.encode()).hexdigest() != digest:
            raise _refused(
                RequestCode.PERSISTED_QUERY_HASH_MISMATCH,
                "The hash in 'persistedQuery' is not the SHA-256 of the query. Hash exactly the text that is sent.",
            )
        return demanded.query
    if not operations.is_on:
        # Clients know the message, not the code.
        raise _refused(RequestCode.PERSISTED_QUERY_NOT_SUPPORTED, "PersistedQueryNotSupported")
    text = await operations.find(digest)
    if text is None:
        raise _refused(RequestCode.PERSISTED_QUERY_NOT_FOUND, "PersistedQueryNotFound")
    return text


async def keep_persisted(operation: ExecutionContext) -> None:
    """Keep the text of a valid operation that came with its hash; one that is used again is kept for longer."""
    given = (operation.operation_extensions or {}).get(_EXTENSION)
    operations: PersistedOperations = operation.context.services.persisted
    if given is not None and operation.query is not None and operations.is_on:
        await operations.keep(_read(given), operation.query)


def _read(given: Any) -> str:
    """The hash. Raises `GraphQLError` if it is none, or of another version of the protocol."""
    if isinstance(given, dict) and given.get("version") == 1 and isinstance(given.get("sha256Hash"), str):
        digest = given["sha256Hash"].lower()
        if _HASH.match(digest):
            return str(digest)
    raise _refused(
        RequestCode.BAD_REQUEST,
        'The extension \'persistedQuery\' must be {"version": 1, "sha256Hash": SHA-256 of the query in 64 hex digits}.',
    )


def _refused(code: RequestCode, message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": str(code)})
