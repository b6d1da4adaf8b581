"""Introspection turned off: the schema cannot be read, and nothing that a client needs breaks."""

from __future__ import annotations

from typing import Any

from graphql import FieldNode, ValidationRule

from graphql_api.request_errors import RequestCode, request_error


class NoIntrospection(ValidationRule):
    """Refuses what lists the schema.

    `__typename` is part of every cache's queries, and `__type(name:) { name }` is how an audit of the protocol asks
    for something that any server can answer: it tells no more than that a name one knows already exists.
    """

    _told = False

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """Check one field, wherever it stands: a fragment brings its own type along."""
        if self._told:
            return
        parent = self.context.get_parent_type()
        name = node.name.value
        inside = parent is not None and parent.name.startswith("__")
        allowed = name == "__typename" or (inside and parent is not None and (parent.name, name) == ("__Type", "name"))
        if not allowed and (inside or name == "__schema"):
            self._told = True
            self.report_error(
                request_error(
                    RequestCode.INTROSPECTION_DISABLED,
                    "This server does not show its schema. Use the file schema.graphql that comes with its version.",
                    nodes=node,
                )
            )
