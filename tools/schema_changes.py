"""What changed in the GraphQL schema, for programs that were written against it as it was.

    python tools/schema_changes.py               says what changed, and what was added is promised from then on; if something
                                                 breaks a program, nothing is written and the exit code is 1
    python tools/schema_changes.py --break-them  promises the schema of today, and no more what is not in it

`tests/graphql_api/test_schema_changes.py` makes the same comparison, and wants everything promised that there is.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from graphql import DangerousChangeType, GraphQLSchema, build_schema, find_breaking_changes, find_dangerous_changes

ROOT = Path(__file__).parents[1]
COMMITTED = ROOT / "schema.graphql"
#: What programs may have been written against.
PROMISED = ROOT / "tests" / "graphql_api" / "promised.graphql"

#: A default that changes is a behaviour that changes without a word: as bad as a breaking change. The others add.
_SILENT = {DangerousChangeType.ARG_DEFAULT_VALUE_CHANGE}

WHAT_TO_DO = """\
Programs that were written against the schema would break. Keep what is there, and give it a `deprecation_reason` that
names what takes its place; it may go in the next major version. If the break is meant, say so in CHANGELOG.md and run:
python tools/schema_changes.py --break-them"""


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
    """Compare, and promise what does not break."""
    today = COMMITTED.read_text()
    changes = compare(build_schema(PROMISED.read_text()), build_schema(today))
    for line in changes.notable:
        print(f"notable   {line}")
    for line in changes.breaking:
        print(f"breaking  {line}")
    if changes.breaking and arguments != ["--break-them"]:
        print(f"\n{WHAT_TO_DO}")
        return 1
    PROMISED.write_text(today)
    if not changes.breaking:
        print("Nothing breaks.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
