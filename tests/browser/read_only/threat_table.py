"""The table of docs/threat-model.md: what it says of an attack is what the tests measure."""

from __future__ import annotations

from itertools import dropwhile, takewhile
from pathlib import Path

_PAGE = Path(__file__).parents[3] / "docs" / "threat-model.md"


def documented() -> dict[str, dict[str, bool]]:
    """For each attack and each column whether it gets the video. A cell begins with "the video" or with "nothing"."""
    lines = dropwhile(lambda line: not line.startswith("| attack |"), _PAGE.read_text().splitlines())
    head, _, *rows = (_cells(line) for line in takewhile(lambda line: line.startswith("|"), lines))
    return {
        name: {column: _gets_it(cell) for column, cell in zip(head[1:], cells, strict=True)} for name, *cells in rows
    }


def _gets_it(cell: str) -> bool:
    assert cell.startswith(("the video", "nothing")), cell
    return cell.startswith("the video")


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]
