"""The limits on a document, each a setting and each an error that names it."""

from __future__ import annotations

from graphql import GraphQLError

from graphql_api.limits.reckoning import Reckoned
from graphql_api.request_errors import RequestCode, request_error
from i2v_core.errors import Limit
from i2v_core.settings import Settings


def too_long(settings: Settings) -> GraphQLError:
    """The answer for a document with more characters than are read."""
    most = settings.query_max_characters
    return request_error(
        RequestCode.QUERY_TOO_LONG,
        f"This document is longer than {most} characters. Split it, and send values as variables.",
        limit=Limit("document", most, "characters"),
    )


def too_many_tokens(settings: Settings) -> GraphQLError:
    """The answer for a document whose parsing was broken off."""
    most = settings.query_max_tokens
    return request_error(
        RequestCode.TOO_MANY_TOKENS,
        f"This document has more than {most} names, values and brackets. Split it into several requests.",
        limit=Limit("tokens", most, "tokens"),
    )


def too_deep(settings: Settings) -> GraphQLError:
    """The answer for a document that is nested too deeply."""
    most = settings.query_max_depth
    return request_error(
        RequestCode.QUERY_TOO_DEEP,
        f"This document is nested more than {most} levels deep, fragments included. Ask for less in one request.",
        limit=Limit("depth", most, "levels"),
    )


def check(reckoned: Reckoned, settings: Settings) -> None:
    """Hold a document against every limit but those of its text. Raises `GraphQLError` for the first it is over."""
    measure = reckoned.measure
    if measure.depth > settings.query_max_depth:
        raise too_deep(settings)
    if measure.aliases > (most := settings.query_max_aliases):
        raise request_error(
            RequestCode.TOO_MANY_ALIASES,
            f"This operation has more than {most} aliases and repeated fields, fragments included. "
            "Ask for each field once, or send several requests.",
            limit=Limit("aliases", most, "aliases"),
        )
    if measure.directives > (most := settings.query_max_directives):
        raise request_error(
            RequestCode.TOO_MANY_DIRECTIVES,
            f"This operation has more than {most} directives, fragments included. "
            "Put them on fragments instead of single fields, or send several requests.",
            limit=Limit("directives", most, "directives"),
        )
    if reckoned.largest_page > (most := settings.query_max_page):
        raise request_error(
            RequestCode.PAGE_TOO_LARGE,
            f"A page has at most {most} items. Ask for fewer, and for the next page with the cursor of the last.",
            limit=Limit("page", most, "items"),
        )
    if measure.cost > (most := settings.query_max_cost):
        raise request_error(
            RequestCode.QUERY_TOO_COSTLY,
            f"This operation would cost {measure.cost:.0f} units, and {most} are allowed. "
            "Ask for fewer items or fields, or send several requests.",
            limit=Limit("cost", most, "units"),
        )
