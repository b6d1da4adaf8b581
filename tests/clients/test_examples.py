"""docs/api.md: every example there is run by a test."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.clients.examples import DOCUMENT, examples

HERE = Path(__file__).parent


def test_every_example_is_named_in_a_test() -> None:
    """Or is a part of one that is."""
    texts = [*(path.read_text() for path in HERE.glob("*.py")), *examples().values()]

    orphans = [name for name in examples() if not any(re.search(rf"\b{Path(name).stem}\b", text) for text in texts)]

    assert orphans == []


def test_every_block_of_code_is_an_example() -> None:
    fences = re.findall(r"^```\w+$", DOCUMENT.read_text(), re.MULTILINE)

    assert len(fences) == len(examples())


def test_the_clients_are_pinned_exactly_and_the_lock_names_no_registry() -> None:
    asked = json.loads((HERE / "package.json").read_text())["dependencies"]
    lock = json.loads((HERE / "package-lock.json").read_text())["packages"]

    assert {name: lock[f"node_modules/{name}"]["version"] for name in asked} == asked
    assert [name for name, package in lock.items() if "resolved" in package] == []
    assert [name for name, package in lock.items() if name and "integrity" not in package] == []
