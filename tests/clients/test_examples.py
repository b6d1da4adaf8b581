"""docs/api.md: every example there is run by a test, and its tables leave nothing out."""

from __future__ import annotations

import json
import re
from pathlib import Path

from graphql import GraphQLUnionType, build_schema, get_named_type

from graphql_api.request_errors import RequestCode
from i2v_core.errors import Code
from tests.clients.examples import DOCUMENT, ROOT, examples

HERE = Path(__file__).parent


def test_every_example_is_named_in_a_test() -> None:
    """Or is a part of one that is."""
    texts = [*(path.read_text() for path in HERE.glob("*.py")), *examples().values()]

    orphans = [name for name in examples() if not any(re.search(rf"\b{Path(name).stem}\b", text) for text in texts)]

    assert orphans == []


def test_every_block_of_code_is_an_example() -> None:
    fences = re.findall(r"^```\w+$", DOCUMENT.read_text(), re.MULTILINE)

    assert len(fences) == len(examples())


def test_every_code_that_a_program_can_meet_is_explained() -> None:
    document = DOCUMENT.read_text()

    assert [code for code in (*Code, *RequestCode) if f"`{code}`" not in document] == []


def test_every_outcome_of_an_operation_stands_in_its_row() -> None:
    """The table of what one gets, against the unions of the schema."""
    schema = build_schema((ROOT / "schema.graphql").read_text())
    rows = [row for row in DOCUMENT.read_text().splitlines() if row.startswith("| `")]

    missing = []
    for root in (schema.mutation_type, schema.subscription_type):
        assert root is not None
        for name, field in root.fields.items():
            kind = get_named_type(field.type)
            members = {member.name for member in kind.types} if isinstance(kind, GraphQLUnionType) else {kind.name}
            [row] = [row for row in rows if f"`{name}`" in row.split("|")[1]] or [""]
            missing += [f"{name}: {member}" for member in sorted(members) if f"`{member}`" not in row]

    assert missing == []


def test_the_clients_are_pinned_exactly_and_the_lock_names_no_registry() -> None:
    asked = json.loads((HERE / "package.json").read_text())["dependencies"]
    lock = json.loads((HERE / "package-lock.json").read_text())["packages"]

    assert {name: lock[f"node_modules/{name}"]["version"] for name in asked} == asked
    assert [name for name, package in lock.items() if "resolved" in package] == []
    assert [name for name, package in lock.items() if name and "integrity" not in package] == []


def test_apollo_knows_every_type_of_refusal() -> None:
    schema = build_schema((ROOT / "schema.graphql").read_text())
    [named] = re.findall(r"Refusal: \[(.*?)\]", DOCUMENT.read_text(), re.DOTALL)

    assert set(re.findall(r'"(\w+)"', named)) == {
        kind.name for kind in schema.get_possible_types(schema.type_map["Refusal"])
    }  # type: ignore[arg-type]
