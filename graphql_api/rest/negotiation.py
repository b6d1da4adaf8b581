"""Whether a client takes what we would answer (`Accept`, RFC 9110 12.5.1)."""

from __future__ import annotations

from starlette.requests import Request

from graphql_api.rest.problems import Problem, RestCode


def offer(request: Request, media_type: str) -> None:
    """Raise `Problem` 406 if the client has ruled this media type out. Without `Accept` it takes everything."""
    ranges = ",".join(request.headers.getlist("accept"))
    if ranges.strip() and not _takes(ranges, media_type):
        raise Problem(
            RestCode.NOT_ACCEPTABLE,
            f"This address answers {media_type}, which the request's Accept header rules out.",
            f"Send 'Accept: {media_type}', or leave the header out.",
        )


def _takes(ranges: str, media_type: str) -> bool:
    wildcard = media_type.split("/")[0] + "/*"
    # The most specific range that fits decides.
    best, quality = -1, 0.0
    for one in ranges.lower().split(","):
        name, *parameters = [part.strip() for part in one.split(";")]
        rank = (media_type, wildcard, "*/*").index(name) if name in (media_type, wildcard, "*/*") else None
        if rank is not None and (2 - rank) > best:
            best, quality = 2 - rank, _quality(parameters)
    return best >= 0 and quality > 0


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 1.0
    return 1.0
