"""The examples of docs/api.md as files: what a reader would copy is what the tests run."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "api.md"
#: An HTML comment names the fenced block that follows it.
_EXAMPLE = re.compile(r"^<!-- example: (\S+) -->\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def examples() -> dict[str, str]:
    """The text of each named example, by its file name. Raises `ValueError` for a name that is there twice."""
    found = _EXAMPLE.findall(DOCUMENT.read_text())
    if len({name for name, _ in found}) != len(found):
        raise ValueError("two examples of docs/api.md have the same name")
    return dict(found)


def write_examples(folder: Path) -> Path:
    """Write them all into a folder, as a reader would save them side by side; that folder."""
    for name, text in examples().items():
        (folder / name).write_text(text)
    return folder
