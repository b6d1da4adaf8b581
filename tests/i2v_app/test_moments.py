"""How moments are written: with their day as soon as it is not today, so that nobody waits for the wrong morning."""

from __future__ import annotations

import json
from pathlib import Path

from tests.i2v_app.node import run_module

MOMENTS = Path(__file__).resolve().parents[2] / "i2v_app" / "components" / "moments.js"
_ASK = """
const [source, asked] = process.argv.slice(1);
const { FORMS, formOf } = await import(`data:text/javascript,${encodeURIComponent(source)}`);
const now = new Date(2026, 10, 21, 22, 30);
const said = (moment) => new Intl.DateTimeFormat("en-GB", FORMS[formOf(new Date(...moment), now)]).format(new Date(...moment));
console.log(JSON.stringify(JSON.parse(asked).map(said)));
"""


def test_a_moment_has_its_day_unless_that_is_today() -> None:
    # On a Saturday at half past ten in the evening; months count from 0.
    asked = {
        (2026, 10, 21, 22, 31): "22:31",
        (2026, 10, 21, 11, 0): "11:00",
        (2026, 10, 22, 15, 10): "Sun 15:10",
        (2026, 10, 27, 22, 0): "Fri 22:00",
        (2026, 10, 28, 15, 10): "28 Nov, 15:10",
        (2026, 10, 20, 15, 10): "20 Nov, 15:10",
    }
    told = json.loads(run_module(_ASK, MOMENTS.read_text(), json.dumps(list(asked))))
    # Browsers differ in a comma.
    assert [said.replace(",", "") for said in told] == [said.replace(",", "") for said in asked.values()]
