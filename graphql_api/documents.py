"""From the text of a request to a document that may be executed: limits, parsing, validation, variables.

Documents that passed are remembered: clients have a dozen each, and parsing one costs more than answering it. What
depends on the variables is reckoned for every request.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    parse,
    validate,
)
from graphql.execution.values import get_variable_values
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from graphql_api.introspection import NoIntrospection
from graphql_api.limits.checks import check, too_deep, too_long, too_many_tokens
from graphql_api.limits.reckoning import Reckoned, reckon
from graphql_api.request_errors import RequestCode, coded, request_error
from i2v_core.settings import Settings

#: Characters of documents that are remembered in all. A parsed document takes some 100 bytes for each of its characters.
_REMEMBERED = 200_000
#: Errors of one request that are told: enough to mend a document, few enough to be read.
_MAX_ERRORS = 20


@dataclass(slots=True)
class Document:
    """A document that was parsed, and what is known of it."""

    node: DocumentNode
    reckoned: Reckoned
    is_valid: bool = False


class Documents:
    """The documents of one schema."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[Any, ...], Document] = OrderedDict()
        self._characters = 0

    def read(
        self,
        text: object,
        variables: object,
        settings: Settings,
        schema: GraphQLSchema,
        rules: tuple[type[ASTValidationRule], ...],
    ) -> tuple[Document, tuple[Any, ...]]:
        """The parsed document, which is over no limit, and the key to remember it by. Raises `GraphQLError`."""
        if not isinstance(text, str) or not text:
            raise request_error(RequestCode.BAD_REQUEST, "The request has no `query`. Send the text of an operation.")
        if not (variables is None or isinstance(variables, Mapping)):
            raise request_error(RequestCode.BAD_REQUEST, "`variables` must be an object. Send one, or leave them out.")
        if len(text) > settings.query_max_characters:
            raise too_long(settings)
        key = (text, settings.query_max_tokens, settings.introspection, rules)
        document = self._known.get(key)
        if document is None:
            node = _parse(text, settings)
            document = Document(node, reckon(schema, node, variables))
        else:
            self._known.move_to_end(key)
            if document.reckoned.varies:
                document = Document(document.node, reckon(schema, document.node, variables), is_valid=True)
        check(document.reckoned, settings)
        return document, key

    def validate(
        self,
        document: Document,
        key: tuple[Any, ...],
        settings: Settings,
        schema: GraphQLSchema,
        rules: tuple[type[ASTValidationRule], ...],
    ) -> list[GraphQLError]:
        """What is wrong with the document; if nothing, it is remembered."""
        if document.is_valid:
            return []
        hidden = settings.introspection == "off"
        all_rules = (*rules, MaybeNullValidationRule, OneOfInputValidationRule, *((NoIntrospection,) if hidden else ()))
        errors = validate(schema, document.node, all_rules, max_errors=_MAX_ERRORS, hide_suggestions=hidden)
        if not errors:
            document.is_valid = True
            self._remember(key, document)
        return [coded(error, RequestCode.GRAPHQL_VALIDATION_FAILED) for error in errors]

    def _remember(self, key: tuple[Any, ...], document: Document) -> None:
        if key in self._known:  # two requests with one new text at the same moment
            return
        self._known[key] = document
        self._characters += len(key[0])
        while self._characters > _REMEMBERED:
            (text, *_), _ = self._known.popitem(last=False)
            self._characters -= len(text)


def _parse(text: str, settings: Settings) -> DocumentNode:
    most = settings.query_max_tokens
    try:
        return parse(text, max_lexical_tokens=most, max_comments=most)
    except GraphQLError as error:
        if "Document contains more than" in error.message:
            raise too_many_tokens(settings) from None
        if "Document is nested too deeply" in error.message:
            raise too_deep(settings) from None
        raise coded(error, RequestCode.GRAPHQL_PARSE_FAILED) from None


def choose_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """The operation to execute. Raises `GraphQLError` if it is not told, or not there."""
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    if name is None:
        if len(operations) == 1:
            return operations[0]
        message = (
            "The document has several operations. Say which one in `operationName`."
            if operations
            else "The document has no operation to execute."
        )
        raise request_error(RequestCode.OPERATION_RESOLUTION_FAILURE, message)
    for operation in operations:
        if operation.name is not None and operation.name.value == name:
            return operation
    raise request_error(
        RequestCode.OPERATION_RESOLUTION_FAILURE,
        "The document has no operation with the name that `operationName` gives. Send the name of one that it has.",
    )


def wrong_variables(
    operation: OperationDefinitionNode, variables: Mapping[str, Any] | None, schema: GraphQLSchema, settings: Settings
) -> list[GraphQLError]:
    """What is wrong with the variables of an operation that is valid."""
    if not operation.variable_definitions:
        return []
    values = get_variable_values(
        schema,
        operation.variable_definitions,
        dict(variables or {}),
        max_errors=_MAX_ERRORS,
        hide_suggestions=settings.introspection == "off",
    )
    if not isinstance(values, list):
        return []
    return [coded(error, RequestCode.BAD_USER_INPUT) for error in values]
