"""What a token needs for what: one table of the schema's fields, and the one place that holds tokens to it.

A root field that is not in the table is refused to every token; tests/graphql_api/test_scopes.py fails until it is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

import strawberry
from graphql import GraphQLError, GraphQLObjectType, GraphQLResolveInfo

from i2v_core.errors import Forbidden, I2VError
from i2v_core.http_refusals import extensions
from i2v_core.viewers import Identity, Scope

#: The scope that a root field needs; None for what is not for tokens, whatever their scopes.
NEEDED: Final[dict[str, Scope | None]] = {
    "Query.job": Scope.READ,
    "Query.node": Scope.READ,
    "Query.nodes": Scope.READ,
    "Query.jobs": Scope.READ,
    "Query.queue": Scope.READ,
    "Query.limits": Scope.READ,
    "Query.apiTokens": None,
    "Mutation.uploadImage": Scope.WRITE,
    "Mutation.cancelJob": Scope.WRITE,
    "Mutation.retryJob": Scope.WRITE,
    "Mutation.moveJob": Scope.WRITE,
    "Mutation.deleteJob": Scope.WRITE,
    "Mutation.deleteJobs": Scope.WRITE,
    "Mutation.keepJob": Scope.WRITE,
    "Mutation.openPlayback": Scope.PLAY,
    "Mutation.playbackTickets": Scope.PLAY,
    "Mutation.createApiToken": None,
    "Mutation.revokeApiToken": None,
    "Subscription.jobProgress": Scope.READ,
    "Subscription.viewerJobs": Scope.READ,
    "Subscription.queueChanged": Scope.READ,
}

#: The same for fields further in that need more than the root field by which they can be reached: any node can be looked at.
INSIDE: Final[dict[str, Scope | None]] = {
    "Playback.licence": Scope.PLAY,
    "Playback.initSegment": Scope.PLAY,
    "Playback.tickets": Scope.PLAY,
}


def hold_to_scopes(schema: strawberry.Schema) -> None:
    """Let every root field of the schema, and those of `INSIDE`, be resolved only for those who may."""
    built = schema._schema  # the schema of graphql-core that is executed
    for kind in (built.query_type, built.mutation_type, built.subscription_type):
        for name, field in kind.fields.items() if kind else ():
            where = f"{kind.name}.{name}" if kind else ""
            # A subscription is asked for once, not at each of its events.
            if kind is built.subscription_type:
                field.subscribe = _held(where, field.subscribe)
            else:
                field.resolve = _held(where, field.resolve)
    for where in INSIDE:
        kind_name, name = where.split(".")
        inner: GraphQLObjectType = built.type_map[kind_name]  # type: ignore[assignment]
        inner.fields[name].resolve = _held(where, inner.fields[name].resolve)


def check(where: str, identity: Identity) -> None:
    """Raises `Forbidden` unless whoever asks may use the field `where`, such as `Query.jobs`."""
    needed = INSIDE.get(where) or NEEDED.get(where)
    if needed is None:
        identity.require_cookie()
    else:
        identity.require(needed)


def graphql_error(error: I2VError) -> GraphQLError:
    """A refusal that is no outcome of the operation: who asks may not, or asks too often."""
    return GraphQLError(f"{error.message} {error.how_to_fix}", extensions=extensions(error))


def _held(where: str, inner: Callable[..., Any] | None) -> Callable[..., Any]:
    if inner is None:
        raise TypeError(f"{where} has no resolver of its own")

    @wraps(inner)
    def resolve(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        try:
            check(where, info.context.identity)
        except Forbidden as error:
            raise graphql_error(error) from None
        return inner(source, info, **arguments)

    return resolve
