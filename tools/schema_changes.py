"""What changed in the GraphQL schema since the last release, for programs that were written against that.

    python tools/schema_changes.py            says what changed; the exit code is 1 if something breaks a program
    python tools/schema_changes.py --release  makes the schema of today the one that the next changes are held against

`tests/graphql_api/test_schema_changes.py` runs the same comparison.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from graphql import DangerousChangeType, GraphQLSchema, build_schema, find_breaking_changes, find_dangerous_changes

ROOT = Path(__file__).parents[1]
COMMITTED = ROOT / "schema.graphql"
#: As it was when it was last released.
RELEASED = ROOT / "tests" / "graphql_api" / "released.graphql"

#: A default that changes is a behaviour that changes without a word: as bad as a breaking change. The others add.
_SILENT = {DangerousChangeType.ARG_DEFAULT_VALUE_CHANGE}

WHAT_TO_DO = """\
Programs that were written against the released schema would break. Keep what is there, and give it a
`deprecation_reason` that names what takes its place; it may go in the next major version. If the break is meant, say so
in CHANGELOG.md and run: python tools/schema_changes.py --release"""


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes from one schema to another, a line each: those that break programs, and the others of note."""

    breaking: list[str]
    notable: list[str]


def compare(old: GraphQLSchema, new: GraphQLSchema) -> Changes:
    """What changed from `old` to `new`."""
    dangerous = find_dangerous_changes(old, new)
    broken = [f"{change.type.name}: {change.description}" for change in find_breaking_changes(old, new)]
    broken += [f"{change.type.name}: {change.description}" for change in dangerous if change.type in _SILENT]
    notable = [f"{change.type.name}: {change.description}" for change in dangerous if change.type not in _SILENT]
    return Changes(broken, notable)


def main(arguments: list[str]) -> int:
    """Compare, or take today's schema as released."""
    if arguments == ["--release"]:
        RELEASED.write_text(COMMITTED.read_text())
        print(f"{RELEASED.relative_to(ROOT)} is the schema of today now. Say in CHANGELOG.md what breaks.")
        return 0
    changes = compare(build_schema(RELEASED.read_text()), build_schema(COMMITTED.read_text()))
    for line in changes.notable:
        print(f"notable   {line}")
    for line in changes.breaking:
        print(f"breaking  {line}")
    if changes.breaking:
        print(f"\n{WHAT_TO_DO}")
        return 1
    print("Nothing breaks.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
