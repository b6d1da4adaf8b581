"""The ends that are offered for a link: none of them would be refused, and there is always one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.i2v_app.node import run_module

ENDS = Path(__file__).resolve().parents[2] / "i2v_app" / "components" / "viewer" / "ends.js"
_HOUR = 3_600_000
_ASK = """
const [source, asked] = process.argv.slice(1);
const { endsFor } = await import(`data:text/javascript,${encodeURIComponent(source)}`);
console.log(JSON.stringify(JSON.parse(asked).map(([left, most]) => endsFor(left * 3600000, most ?? undefined, 0))));
"""


def ends(*asked: tuple[float, float | None]) -> list[list[dict[str, Any]]]:
    """What is offered for videos that are there for so many hours, where a link may last so many (None: that is not known)."""
    said = run_module(_ASK, ENDS.read_text(), json.dumps(asked))
    found: list[list[dict[str, Any]]] = json.loads(said)
    return found


def test_what_is_offered_is_allowed_and_nothing_lasts_longer_than_its_video() -> None:
    asked = [(168.0, 720.0), (168.0, 24.0), (5.0, 720.0), (168.0, 12.0), (720.0, 168.0), (30.0, None)]

    found = ends(*asked)

    assert [[end["key"] for end in offered] for offered in found] == [
        ["1", "video"],
        ["1"],
        ["video"],
        ["hours"],
        ["1", "7"],
        ["1", "video"],
    ]
    assert found[3][0]["hours"] == 12
    for (left, most), offered in zip(asked, found, strict=True):
        for end in offered:
            hours = _hours(end["at"])
            assert 0 < hours <= min(left, most or left)


def _hours(moment: str) -> float:
    return datetime.fromisoformat(moment).astimezone(UTC).timestamp() * 1000 / _HOUR
