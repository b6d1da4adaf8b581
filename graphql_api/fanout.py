"""One event for many subscribers: executed once, encoded once.

An event of a subscription is an object whose selected fields are plain attributes. What a document selects of it is
settled when the subscription begins: the same parsed operation with the same Boolean variables (only those can change
what @skip and @include leave) selects the same of every event. So the selection is collected once, by graphql-core's
own functions, into a `Plan`, and an event is completed by reading attributes. The result is kept with the event: all
subscribers with the same plan are given the same `Shared` data, and its JSON is made once.

Whatever is not that plain (a resolver, an argument, an error, a value of another type) is executed by
graphql-core as ever. What a viewer may subscribe to is decided when the source stream is made, before any of this.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from functools import cached_property
from operator import attrgetter
from typing import Any, Final, cast

from graphql import (
    ExecutionResult,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    Undefined,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import CollectedFields, FieldDetailsList, collect_fields, collect_subfields
from strawberry.extensions import MaskErrors, SchemaExtension
from strawberry.extensions.runner import SchemaExtensionsRunner
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types import ExecutionContext

#: Plans that are remembered. Clients have a handful of subscriptions each.
_REMEMBERED: Final = 256
#: As Strawberry's view encodes.
_ENCODER: Final = json.JSONEncoder(separators=(",", ":"))

Complete = Callable[[Any], Any]


class Shared(dict[str, Any]):
    """The data of a result that several subscribers are given. Nobody may change it."""

    __slots__ = ("_text",)

    _text: str

    @property
    def text(self) -> str:
        """As JSON, made once."""
        try:
            return self._text
        except AttributeError:
            self._text = _ENCODER.encode(self)
            return self._text


def encoded(message: object) -> str:
    """The message as JSON, as Strawberry's view encodes it; a `next` with shared data takes the text that is there."""
    if isinstance(message, Mapping) and message.get("type") == "next" and len(message) == 3:
        payload = message.get("payload")
        if isinstance(payload, Mapping) and len(payload) == 1 and type(data := payload.get("data")) is Shared:
            return f'{{"id":{json.dumps(message["id"])},"type":"next","payload":{{"data":{data.text}}}}}'
    return _ENCODER.encode(message)


class SharingExecutor(StrawberryGraphQLCoreExecutionContext):
    """graphql-core's executor, which completes plain events of a subscription by their plan."""

    _plan: Plan | None = None
    _planned = False

    def build_per_event_executor(self, payload: Any) -> Executor[Any]:
        """The executor of one event: of its shared result, if it has one."""
        if not self._planned:
            self._plan, self._planned = plan_of(self), True
        data = None if self._plan is None else self._plan.data(payload)
        if data is None:
            return super().build_per_event_executor(payload)
        return cast(Executor[Any], _Done(data))


class SharingRunner(SchemaExtensionsRunner):
    """Strawberry's runner of extensions, which leaves shared results alone: they have no errors, so none to mask."""

    def on_stream_result(self, result: Any) -> Any:
        """The hooks around a result: none, if it is shared and all that there are look for errors only."""
        if type(result.data) is Shared and not result.errors and self._only_mask:
            return _NO_HOOKS
        return super().on_stream_result(result)

    async def get_extensions_results(self, ctx: ExecutionContext) -> dict[str, Any]:
        """What extensions add to a result. Most have nothing, and are not asked for it at every event."""
        if self._none_adds:
            return dict(ctx.extensions_results)
        return await super().get_extensions_results(ctx)

    @cached_property
    def _none_adds(self) -> bool:
        return all(type(extension).get_results is SchemaExtension.get_results for extension in self.extensions)

    @cached_property
    def _only_mask(self) -> bool:
        hooks = (type(extension).on_stream_result for extension in self.extensions)
        return all(hook in (SchemaExtension.on_stream_result, MaskErrors.on_stream_result) for hook in hooks)


_NO_HOOKS = nullcontext()


class _Done:
    """What stands for an executor whose event has been executed."""

    __slots__ = ("_data",)

    def __init__(self, data: Shared) -> None:
        self._data = data

    def execute_operation(self, _serially: bool | None = None) -> ExecutionResult:
        return ExecutionResult(self._data, None)


class _NotPlain(Exception):
    """The selection, or a value, is for graphql-core to execute."""


class Plan:
    """What one operation selects of an event. Raises nothing: what it cannot complete it leaves to graphql-core."""

    __slots__ = ("_complete", "_key")

    def __init__(self, key: str, complete: Complete) -> None:
        self._key = key
        self._complete = complete

    def data(self, event: object) -> Shared | None:
        """The data of the event's result, made once for all who have this plan; None if it is not plain."""
        try:
            results = cast(dict[Plan, Shared], event.__dict__.setdefault("_shared_results", {}))
            found = results.get(self)
            if found is None:
                found = results[self] = Shared({self._key: self._complete(event)})
            return found
        except Exception:  # as it would be told by graphql-core, with path and place
            return None


#: By operation and Boolean variables. The operation is held as well, so that no other can get its id.
_plans: dict[tuple[int, frozenset[tuple[str, bool]]], tuple[OperationDefinitionNode, Plan | None]] = {}


def plan_of(executor: Executor[Any]) -> Plan | None:
    """The plan of the executor's operation with its variables; None if not all of it is plain."""
    switches = frozenset(
        (name, value) for name, value in executor.variable_values.coerced.items() if isinstance(value, bool)
    )
    key = (id(executor.operation), switches)
    if (known := _plans.get(key)) is not None:
        return known[1]
    try:
        plan = _Planner(executor).plan()
    except Exception:  # it is executed, or refused, as ever
        plan = None
    while len(_plans) >= _REMEMBERED:
        del _plans[next(iter(_plans))]
    _plans[key] = (executor.operation, plan)
    return plan


class _Planner:
    """Collects what the executor's operation selects, type by type. Raises `_NotPlain`."""

    def __init__(self, executor: Executor[Any]) -> None:
        self._executor = executor
        self._schema: GraphQLSchema = executor.schema

    def plan(self) -> Plan:
        executor = self._executor
        middleware = executor.middleware_manager
        if executor.operation.directives or (middleware is not None and middleware.middlewares):
            raise _NotPlain
        root = self._schema.get_root_type(OperationType.SUBSCRIPTION)
        assert root is not None
        given = (self._schema, executor.fragments, executor.variable_values)
        fields = _plain(collect_fields(*given, root, executor.operation, executor.hide_suggestions))
        ((key, details),) = fields.items()
        # Strawberry resolves a subscription's field to the event itself.
        field = root.fields[details[0].node.name.value]
        return Plan(key, self._value(field.type, details))

    def _value(self, kind: GraphQLOutputType, details: FieldDetailsList) -> Complete:
        if is_non_null_type(kind):
            inner = self._value(kind.of_type, details)

            def complete_present(value: Any) -> Any:
                if value is None:
                    raise _NotPlain
                return inner(value)

            return complete_present
        if is_leaf_type(kind):
            coerce = kind.coerce_output_value

            def complete_leaf(value: Any) -> Any:
                if value is None:
                    return None
                coerced = coerce(value)
                if coerced is None or coerced is Undefined:
                    raise _NotPlain
                return coerced

            return complete_leaf
        if is_list_type(kind):
            each = self._value(kind.of_type, details)
            return lambda value: None if value is None else [each(item) for item in value]
        if is_object_type(kind):
            return self._one_of([kind], details)
        if is_abstract_type(kind):
            return self._one_of(list(self._schema.get_possible_types(kind)), details)
        raise _NotPlain

    def _one_of(self, kinds: list[GraphQLObjectType], details: FieldDetailsList) -> Complete:
        by_class = {kind.extensions["strawberry-definition"].origin: self._object(kind, details) for kind in kinds}

        def complete_object(value: Any) -> Any:
            if value is None:
                return None
            return {key: complete(get(value)) for key, get, complete in by_class[type(value)]}

        return complete_object

    def _object(self, kind: GraphQLObjectType, details: FieldDetailsList) -> list[tuple[str, Complete, Complete]]:
        executor = self._executor
        given = (self._schema, executor.fragments, executor.variable_values, executor.operation)
        fields = _plain(collect_subfields(*given, kind, details, executor.hide_suggestions))
        return [(key, *self._field(kind, nodes)) for key, nodes in fields.items()]

    def _field(self, kind: GraphQLObjectType, details: FieldDetailsList) -> tuple[Complete, Complete]:
        name = details[0].node.name.value
        if name == "__typename":
            return _nothing, lambda _: kind.name
        field = kind.fields[name]
        definition = field.extensions["strawberry-definition"]
        if not definition.is_basic_field or field.args:
            raise _NotPlain
        return attrgetter(definition.python_name), self._value(field.type, details)


def _plain(collected: CollectedFields) -> dict[str, FieldDetailsList]:
    if collected.new_defer_usages or collected.forbidden_directive_instances:
        raise _NotPlain
    return collected.grouped_field_set


def _nothing(_: Any) -> None:
    return None
