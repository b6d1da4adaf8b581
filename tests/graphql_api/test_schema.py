"""The schema: what is committed is what is served, and everything in it is described."""

from __future__ import annotations

from pathlib import Path

from graphql import GraphQLEnumType, GraphQLInterfaceType, GraphQLObjectType

from graphql_api.schema import schema

COMMITTED = Path(__file__).parents[2] / "schema.graphql"


def test_the_committed_schema_is_the_one_that_is_served() -> None:
    assert COMMITTED.read_text().strip() == schema.as_str().strip(), (
        "the schema differs from the file that is committed; run: make schema"
    )


def test_everything_is_described() -> None:
    """Types, fields, arguments, input fields, enum values, directives and their arguments."""
    bare = []
    for name, kind in schema._schema.type_map.items():
        if name.startswith("__"):
            continue
        bare += [name] if not kind.description else []
        for field, value in getattr(kind, "fields", {}).items():
            bare += [f"{name}.{field}"] if not value.description else []
            for argument, given in getattr(value, "args", {}).items():
                bare += [f"{name}.{field}({argument})"] if not given.description else []
        if isinstance(kind, GraphQLEnumType):
            bare += [f"{name}.{value}" for value, given in kind.values.items() if not given.description]
    for directive in schema._schema.directives:
        bare += [f"@{directive.name}"] if not directive.description else []
        bare += [f"@{directive.name}({name})" for name, given in directive.args.items() if not given.description]

    assert bare == []


def test_every_refusal_says_what_why_and_which_limit() -> None:
    kinds = schema._schema.type_map
    refusal = kinds["Refusal"]
    assert isinstance(refusal, GraphQLInterfaceType)

    refusals = schema._schema.get_possible_types(refusal)

    assert {"UploadRefused", "JobRefused", "JobNotFound", "PlaybackRefused", "TryAgain"} <= {r.name for r in refusals}
    assert {"code", "message", "howToFix", "limit", "retryAfterSeconds"} <= set(refusal.fields)
    for name, kind in kinds.items():
        refused = isinstance(kind, GraphQLObjectType) and {"howToFix", "code"} <= set(kind.fields)
        assert not refused or kind in refusals or name == "Failure", f"{name} is a refusal and does not say so"
