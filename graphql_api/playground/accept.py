"""Whether whoever asks is a browser that wants to see a page, by what it says it accepts."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import Scope

_PAGE = {"text/html", "application/xhtml+xml"}
#: What programs ask for. A tie is theirs: a program must never be given a page.
_PROGRAMS = {
    "application/graphql-response+json",
    "application/json",
    "application/graphql+json",
    "text/event-stream",
    "multipart/mixed",
}


def wants_page(scope: Scope) -> bool:
    """Whether an HTTP request names a page by its type, and nothing that programs ask for as much. Wildcards do not count."""
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
        return False
    weights = _weights(",".join(Headers(scope=scope).getlist("accept")))
    page = max((weights.get(name, 0.0) for name in _PAGE), default=0.0)
    program = max((weights.get(name, 0.0) for name in _PROGRAMS), default=0.0)
    return page > program


def _weights(accept: str) -> dict[str, float]:
    """Media types and their quality (RFC 9110, 12.4.2); a quality that is no number counts as none at all."""
    weights: dict[str, float] = {}
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip() == "q":
                try:
                    quality = float(value)
                except ValueError:
                    quality = 0.0
        weights[name] = max(weights.get(name, 0.0), quality)
    return weights
