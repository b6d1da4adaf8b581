"""The schema, put together. `python -m graphql_api.schema` prints its SDL, which is committed as `schema.graphql`."""

from __future__ import annotations

import secrets
import sys

import strawberry
from graphql import GraphQLError
from strawberry.extensions import MaskErrors, ParserCache, SchemaExtension, ValidationCache
from strawberry.extensions.runner import SchemaExtensionsRunner
from strawberry.types import ExecutionContext

from graphql_api.fanout import SharingExecutor, SharingRunner
from graphql_api.mutations import Mutation
from graphql_api.queries import Query
from graphql_api.subscriptions import Subscription
from graphql_api.types import Job
from graphql_api.uploads import SCALARS
from i2v_core.errors import StoreUnavailable
from i2v_core.logs import get_logger

log = get_logger("api")


class MaskUnexpected(MaskErrors):
    """Errors that nobody meant to show: logged with an id, and the id is all that the client sees."""

    def __init__(self) -> None:
        super().__init__(should_mask_error=_is_unexpected)

    def anonymise_error(self, error: GraphQLError) -> GraphQLError:
        """The error as the client may see it."""
        original = error.original_error
        if isinstance(original, StoreUnavailable):
            message, extensions = f"{original.message} {original.how_to_fix}", {"code": original.code.value}
        else:
            error_id = secrets.token_hex(6)
            log.error("unexpected_error", error_id=error_id, path=error.path, exc_info=original)
            message = f"Something went wrong on the server. Tell whoever runs it this id: {error_id}"
            extensions = {"code": "INTERNAL_SERVER_ERROR", "errorId": error_id}
        return GraphQLError(message, nodes=error.nodes, path=error.path, extensions=extensions)


def _is_unexpected(error: GraphQLError) -> bool:
    return error.original_error is not None and not isinstance(error.original_error, GraphQLError)


class QuietSchema(strawberry.Schema):
    """Strawberry's schema without its own log of every error: `MaskUnexpected` logs those that are news."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Nothing: see above."""

    def create_extensions_runner(
        self, execution_context: ExecutionContext, extensions: list[SchemaExtension]
    ) -> SchemaExtensionsRunner:
        """A runner that does not go through every hook for a result that is shared."""
        return SharingRunner(execution_context, extensions)


#: Texts of operations whose parsing and validation are remembered. Clients have a dozen each; parsing one costs more
#: than answering it.
_REMEMBERED = 256

schema = QuietSchema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[Job],
    config=SCALARS,
    execution_context_class=SharingExecutor,
    extensions=[
        MaskUnexpected,
        lambda: ParserCache(maxsize=_REMEMBERED),
        lambda: ValidationCache(maxsize=_REMEMBERED),
    ],
)


if __name__ == "__main__":
    sys.stdout.write(schema.as_str() + "\n")
