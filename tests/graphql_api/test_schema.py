"""The schema: what is committed is what is served, and everything in it is described."""

from __future__ import annotations

from pathlib import Path

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType

from graphql_api.schema import schema

COMMITTED = Path(__file__).parents[2] / "schema.graphql"


def test_the_committed_schema_is_the_one_that_is_served() -> None:
    assert COMMITTED.read_text().strip() == schema.as_str().strip(), (
        "run: python -m graphql_api.schema > schema.graphql"
    )


def test_everything_is_described() -> None:
    bare = []
    for name, kind in schema._schema.type_map.items():
        if name.startswith("__"):
            continue
        if not kind.description and name not in ("String", "Int", "Float", "Boolean", "ID"):
            bare.append(name)
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            bare += [f"{name}.{field}" for field, value in kind.fields.items() if not value.description]
            bare += [
                f"{name}.{field}({argument})"
                for field, value in kind.fields.items()
                for argument, given in value.args.items()
                if not given.description
            ]
        if isinstance(kind, GraphQLInputObjectType):
            bare += [f"{name}.{field}" for field, value in kind.fields.items() if not value.description]
        assert not isinstance(kind, GraphQLEnumType) or kind.values

    assert bare == []
