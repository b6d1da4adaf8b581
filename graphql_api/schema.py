"""The schema, put together. `python -m graphql_api.schema` prints its SDL, which is committed as `schema.graphql`."""

from __future__ import annotations

import sys
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.extensions.runner import SchemaExtensionsRunner
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.types import ExecutionContext
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from graphql_api.context import Context
from graphql_api.documents import Documents, choose_operation, wrong_variables
from graphql_api.fanout import SharingExecutor, SharingRunner
from graphql_api.masking import shown, unexpected
from graphql_api.mutations import Mutation
from graphql_api.persisted import keep_persisted
from graphql_api.playback_types import Playback
from graphql_api.queries import Query
from graphql_api.scopes import hold_to_scopes
from graphql_api.subscriptions import Subscription
from graphql_api.types import Job
from graphql_api.uploads import SCALARS


class I2VSchema(strawberry.Schema):
    """Strawberry's schema with our way from a request's text to an operation, and with masked errors.

    Both are here and not in extensions: Strawberry lets an error of a parsing extension end a subscription without a
    word, and an extension that looks at results doubles the cost of each event of a subscription.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._documents = Documents()

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Put in the place of each error what the client may see of it: the list is the one that is sent."""
        errors[:] = [shown(error) for error in errors]

    def create_extensions_runner(
        self, execution_context: ExecutionContext, extensions: list[SchemaExtension]
    ) -> SchemaExtensionsRunner:
        """A runner that does not go through every hook for a result that is shared."""
        return SharingRunner(execution_context, extensions)

    async def _prepare_operation_async(
        self, context: ExecutionContext, extensions_runner: SchemaExtensionsRunner
    ) -> PreExecutionError | None:
        """Parse, hold against the limits, validate; queries, mutations and subscriptions alike, over any transport."""
        try:
            errors = await self._prepare(context, extensions_runner)
        except GraphQLError as error:
            errors = [error]
        except InvalidOperationTypeError:
            raise  # the view answers it, with the status and the headers that belong to it
        except Exception as error:
            # Not left to Strawberry: what is raised here would end a subscription without a word.
            errors = [unexpected(error)]
        context.pre_execution_errors = errors
        return PreExecutionError(data=None, errors=errors) if errors else None

    async def _prepare(self, context: ExecutionContext, runner: SchemaExtensionsRunner) -> list[GraphQLError]:
        request: Context = context.context
        settings, rules, core = request.services.settings, tuple(context.validation_rules), self._schema
        async with runner.parsing():
            document, key = self._documents.read(context.query, context.variables, settings, core, rules)
            context.graphql_document = document.node
        operation = choose_operation(document.node, context._provided_operation_name)
        operation_type = OperationType(operation.operation.value)
        if operation_type not in context.allowed_operations:
            raise InvalidOperationTypeError(operation_type)
        async with runner.validation():
            errors = self._documents.validate(document, key, settings, core, rules)
        if not (errors := errors or wrong_variables(operation, context.variables, core, settings)):
            await keep_persisted(context)
        return errors


schema = I2VSchema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[Job, Playback],
    config=SCALARS,
    execution_context_class=SharingExecutor,
)
hold_to_scopes(schema)


if __name__ == "__main__":
    sys.stdout.write(schema.as_str() + "\n")
