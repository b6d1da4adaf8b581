"""What the API says in an error of a request: its code, its words, and when it is worth asking again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gql.transport.exceptions import TransportQueryError


def refusal_in(error: BaseException) -> Mapping[str, Any] | None:
    """The error as an API's `Refusal` has it; None if it is none: the network's, or a bug of somebody's."""
    if not isinstance(error, TransportQueryError) or not error.errors:
        return None
    first = error.errors[0]
    told = (first.get("extensions") or {}) if isinstance(first, Mapping) else {}
    how_to_fix = told.get("howToFix", "")
    if "code" not in told or (not how_to_fix and "retryAfterSeconds" not in told):
        return None
    # An error has one sentence for both.
    message = str(first.get("message", "")).removesuffix(how_to_fix).strip()
    return {"limit": None, "retryAfterSeconds": None, **told, "message": message, "howToFix": how_to_fix}
