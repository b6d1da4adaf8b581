"""The schema never changes silently: what would break a program is named, and what to do about it."""

from __future__ import annotations

import pytest
from graphql import build_schema

from graphql_api.schema import schema
from tools.schema_changes import COMMITTED, PROMISED, WHAT_TO_DO, compare


def test_nothing_that_was_promised_is_broken() -> None:
    changes = compare(build_schema(PROMISED.read_text()), build_schema(schema.as_str()))

    assert not changes.breaking, "\n".join([*changes.breaking, "", WHAT_TO_DO])


def test_everything_that_there_is_is_promised() -> None:
    assert PROMISED.read_text() == COMMITTED.read_text(), (
        "what was added could go again without a word; run: make schema"
    )


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("totalCount: Int!", "total: Int!", "JobConnection.totalCount"),
        ("totalCount: Int!", "totalCount: Int", "JobConnection.totalCount"),
        ("  CANCELLED\n", "  ABANDONED\n", "CANCELLED"),
        ("union DeleteResult = JobDeleted | JobNotFound | TryAgain", "union DeleteResult = JobDeleted", "TryAgain"),
        ("first: Int! = 20", "first: Int! = 10", "first"),
        ("first: Int! = 20", "first: Int!", "first"),
        ("seed: Int = null", "seed: Int!", "seed"),
    ],
)
def test_a_break_is_named(before: str, after: str, named: str) -> None:
    text = COMMITTED.read_text()
    assert before in text

    changes = compare(build_schema(text), build_schema(text.replace(before, after)))

    assert any(named in line for line in changes.breaking), changes


def test_an_addition_breaks_nothing() -> None:
    text = COMMITTED.read_text()
    more = text.replace("totalCount: Int!", "totalCount: Int!\n  another(of: Int): Int")

    assert compare(build_schema(text), build_schema(more)).breaking == []


def test_what_is_deprecated_says_what_takes_its_place() -> None:
    for name, kind in schema._schema.type_map.items():
        for field, value in getattr(kind, "fields", {}).items() if not name.startswith("__") else ():
            reason = value.deprecation_reason
            assert reason is None or "`" in reason, f"{name}.{field}: name in backquotes what takes its place"
