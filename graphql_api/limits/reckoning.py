"""How deep, how wide and how dear a document is: one pass over it, each fragment reckoned once.

A fragment counts wherever it is spread, as if it were written there, so fragments that spread each other twice grow
without bound; they are still read once each, and the numbers stop at `ENDLESS`. The pass is made before validation: it
must stand what is invalid, such as unknown fields and fragments in a circle. Validation then says what is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    OperationDefinitionNode,
    SchemaMetaFieldDef,
    SelectionSetNode,
    StringValueNode,
    TypeMetaFieldDef,
    ValueNode,
    VariableNode,
    get_named_type,
    is_composite_type,
    is_interface_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)

from graphql_api.limits.costs import COSTS, INTROSPECTION, KEPT_AS_IT_IS, PLAIN, PLAIN_LIST, UNPRICED, Cost

#: Numbers go no higher: over every limit that can be set.
ENDLESS = 1_000_000_000
#: Selection sets within one another that are still read, far under Python's own bound; no limit can be set higher.
DEEPEST = 100
#: What a number of items counts for that is none, such as -1 or "many": the value itself is refused before execution.
_WRONG_SIZE = 1


class Measure(NamedTuple):
    """Of a selection set: levels of braces, aliases, directives, and cost in units of `costs`; fragments included.

    `once`: cost of what is asked beside the items of a page, not of each; it is in the cost of the field above.
    A field that is asked again in the same selection set counts as an alias: validation compares them two by two.
    """

    depth: int
    aliases: int
    directives: int
    cost: float
    once: float = 0


_NOTHING = Measure(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Reckoned:
    """The greatest measure of any operation and fragment of a document; `varies` if the variables can change it.

    `largest_page`: the greatest number of items that one field is asked for.
    """

    measure: Measure
    largest_page: float
    varies: bool


def reckon(schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any] | None) -> Reckoned:
    """Measure a document that was parsed and nothing more, with the variables as they were sent."""
    return _Pass(schema, document, variables or {}).run()


class _Pass:
    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self._schema = schema
        self._document = document
        self._variables = variables
        self._defaults: dict[str, ValueNode | None] = {}
        self._fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        self._known: dict[str, Measure] = {}
        self._largest_page = 0.0
        self._varies = False

    def run(self) -> Reckoned:
        greatest = _NOTHING
        for definition in self._document.definitions:
            if isinstance(definition, OperationDefinitionNode):
                self._defaults = {d.variable.name.value: d.default_value for d in definition.variable_definitions or ()}
                self._known = {} if self._varies else self._known  # another operation has other defaults
                root = self._schema.get_root_type(definition.operation)
                measure = self._selections(definition.selection_set, root, 1)
                own = len(definition.directives or ()) + sum(
                    len(d.directives or ()) for d in definition.variable_definitions or ()
                )
                measure = measure._replace(directives=measure.directives + own)
            elif isinstance(definition, FragmentDefinitionNode):
                measure = self._fragment(definition.name.value, 1)
            else:
                continue
            greatest = _greatest(greatest, measure)
        return Reckoned(greatest, self._largest_page, self._varies)

    def _fragment(self, name: str, level: int) -> Measure:
        if (known := self._known.get(name)) is not None:
            return known
        fragment = self._fragments.get(name)
        if fragment is None:
            return _NOTHING
        self._known[name] = _NOTHING  # what a circle comes back to
        of = self._schema.get_type(fragment.type_condition.name.value)
        measure = self._selections(fragment.selection_set, of, level)
        measure = measure._replace(directives=measure.directives + len(fragment.directives or ()))
        self._known[name] = measure
        return measure

    def _selections(self, selection_set: SelectionSetNode, of: GraphQLNamedType | None, level: int) -> Measure:
        if level > DEEPEST:
            return Measure(ENDLESS, 0, 0, 0)
        deepest = aliases = directives = 0
        cost = once = 0.0
        names: set[str] = set()
        for node in selection_set.selections:
            directives += len(node.directives or ())
            if isinstance(node, FieldNode):
                name = (node.alias or node.name).value
                aliases += node.alias is not None or name in names
                names.add(name)
                below = self._field(node, of, level)
            elif isinstance(node, FragmentSpreadNode):
                below = self._fragment(node.name.value, level + 1)
            else:
                assert isinstance(node, InlineFragmentNode)
                condition = node.type_condition
                narrowed = self._schema.get_type(condition.name.value) if condition else of
                below = self._selections(node.selection_set, narrowed, level + 1)
            deepest = max(deepest, below.depth)
            aliases += below.aliases
            directives += below.directives
            cost += below.cost
            once += below.once
        return Measure(
            min(deepest + 1, ENDLESS),
            min(aliases, ENDLESS),
            min(directives, ENDLESS),
            min(cost, float(ENDLESS)),
            min(once, float(ENDLESS)),
        )

    def _field(self, node: FieldNode, of: GraphQLNamedType | None, level: int) -> Measure:
        field_type = self._type_of(node.name.value, of)
        named = get_named_type(field_type) if field_type is not None else None
        cost = self._cost(f"{of.name}.{node.name.value}" if of else "", field_type)
        times = self._size(node, cost)
        own = cost.own + (cost.searching if self._is_search(node, cost) else 0) + cost.reading * self._read(node, cost)
        if node.selection_set is None:
            return Measure(0, 0, 0, 0, own) if cost.once else Measure(0, 0, 0, own)
        below = self._selections(node.selection_set, named, level + 1)
        whole = own + below.once + times * (cost.each + below.cost)
        return below._replace(cost=min(whole, float(ENDLESS)), once=0)

    def _type_of(self, name: str, of: GraphQLNamedType | None) -> Any:
        if name == "__schema":
            return SchemaMetaFieldDef.type
        if name == "__type":
            return TypeMetaFieldDef.type
        if is_object_type(of) or is_interface_type(of):
            field = of.fields.get(name)
            return field.type if field else None
        return None

    def _cost(self, coordinate: str, field_type: Any) -> Cost:
        if coordinate.startswith("__"):
            if coordinate == "__Schema.types":
                return Cost(times=len(self._schema.type_map) / 2)  # every second one has fields
            return INTROSPECTION.get(coordinate, PLAIN)
        if cost := COSTS.get(coordinate):
            return cost
        if cost := UNPRICED.get(coordinate.partition(".")[0]):
            return cost
        bare = field_type.of_type if is_non_null_type(field_type) else field_type
        return PLAIN_LIST if is_list_type(bare) and is_composite_type(get_named_type(bare)) else PLAIN

    def _size(self, node: FieldNode, cost: Cost) -> float:
        """How many items the field gives, as its arguments say."""
        if not cost.sized_by:
            return cost.times
        given = [a.value for a in node.arguments or () if a.name.value in cost.sized_by]
        sizes = [size for value in given if (size := self._number(value)) is not None]
        size = max(sizes, default=cost.times)
        self._largest_page = max(self._largest_page, size)
        return size

    def _read(self, node: FieldNode, cost: Cost) -> float:
        """How many items its arguments list that are looked up one by one; they make no page."""
        given = [a.value for a in node.arguments or () if a.name.value in cost.read_by]
        return sum(self._number(value) or 0 for value in given)

    def _is_search(self, node: FieldNode, cost: Cost) -> bool:
        """Whether an argument asks for more than the list as it is kept."""
        given = [a.value for a in node.arguments or () if a.name.value in cost.searched_by]
        return any(self._plainly(value) not in KEPT_AS_IT_IS for value in given)

    def _plainly(self, value: ValueNode | None) -> object:
        """A value as far as it matters to whether the list is searched: text, null, or the values of a list."""
        if isinstance(value, VariableNode):
            self._varies = True
            name = value.name.value
            if name not in self._variables:
                return self._plainly(self._defaults.get(name))
            sent = self._variables[name]
            return tuple(sent) if isinstance(sent, list) else sent
        if value is None or isinstance(value, NullValueNode):
            return None
        if isinstance(value, ListValueNode):
            return value.values
        return value.value if isinstance(value, StringValueNode | EnumValueNode) else value

    def _number(self, value: ValueNode | None) -> float | None:
        """The number that a value stands for: itself, or how many are in its list. None for null."""
        if isinstance(value, VariableNode):
            self._varies = True
            name = value.name.value
            if name not in self._variables:
                return self._number(self._defaults.get(name))
            return _plain_number(self._variables[name])
        if value is None or isinstance(value, NullValueNode):
            return None
        if isinstance(value, ListValueNode):
            return len(value.values)
        if not isinstance(value, IntValueNode):
            return _WRONG_SIZE
        # The text of a number can be as long as the document: Python refuses to read thousands of digits.
        return _plain_number(int(value.value)) if len(value.value) < 12 else ENDLESS


def _greatest(a: Measure, b: Measure) -> Measure:
    return Measure(
        max(a.depth, b.depth), max(a.aliases, b.aliases), max(a.directives, b.directives), max(a.cost, b.cost)
    )


def _plain_number(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, list):
        return len(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
        return min(value, ENDLESS)
    return _WRONG_SIZE
