"""What a client may see of an error: what was meant to be shown, and of everything else an id that is in the log."""

from __future__ import annotations

import secrets
from typing import Any

from graphql import GraphQLError

from graphql_api.request_errors import RequestCode, coded
from i2v_core.errors import I2VError
from i2v_core.logs import get_logger

log = get_logger("api")


def shown(error: GraphQLError) -> GraphQLError:
    """The error as the client may see it. One that nobody meant to show is logged with an id, which is all it shows."""
    original = error.original_error
    if isinstance(original, I2VError):
        return _expected(original, error)
    if original is not None and not isinstance(original, GraphQLError):
        return unexpected(original, error)
    if "code" in (error.extensions or {}):
        return error
    # The library's own, while executing: it points into the document where an argument is wrong, and at nothing where
    # a value of ours cannot be sent out.
    if original is None or original.nodes:
        return coded(error, RequestCode.BAD_USER_INPUT)
    return unexpected(original, error)


def unexpected(original: BaseException, error: GraphQLError | None = None) -> GraphQLError:
    """Log what nobody expected, and give what the client sees of it."""
    error_id = secrets.token_hex(6)
    log.error("unexpected_error", error_id=error_id, path=error.path if error else None, exc_info=original)
    return GraphQLError(
        f"Something went wrong on the server. Tell whoever runs it this id: {error_id}",
        nodes=error.nodes if error else None,
        path=error.path if error else None,
        extensions={"code": RequestCode.INTERNAL_SERVER_ERROR.value, "errorId": error_id},
    )


def _expected(original: I2VError, error: GraphQLError) -> GraphQLError:
    extensions: dict[str, Any] = {"code": original.code.value, "howToFix": original.how_to_fix}
    if original.limit is not None:
        limit = original.limit
        extensions["limit"] = {"name": limit.name, "value": limit.value, "unit": limit.unit}
    if original.retry_after is not None:
        extensions["retryAfterSeconds"] = original.retry_after
    return GraphQLError(
        f"{original.message} {original.how_to_fix}", nodes=error.nodes, path=error.path, extensions=extensions
    )
