"""Deleting in the gallery with a way back: what is sent so that it outlives the page, and that nothing dead is left to press."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.i2v_app.node import run_module

_DELETIONS = Path(__file__).resolve().parents[2] / "i2v_app" / "components" / "gallery" / "deletions.js"
#: Deletes 2,000 and leaves the page, where one portion is refused.
_LEAVE = """
const { Deletions } = await import(process.argv[1]);
const list = { hidden: new Set(), removed: 0,
  hide(ids, isHidden = true) { for (const id of ids) isHidden ? this.hidden.add(id) : this.hidden.delete(id); },
  remove(ids) { this.removed += ids.length; } };
const sent = [], shown = [], troubles = [];
const ask = async (query, { ids }, signal, how) => {
  sent.push({ count: ids.length, keepalive: how?.keepalive ?? false, bytes: JSON.stringify({ query, variables: { ids } }).length });
  return { deleteJobs: ids.includes("job_000000000000000000000000") ? { __typename: "TryAgain" } : { __typename: "JobsDeleted" } };
};
const deletions = new Deletions(list, ask, (refusal) => troubles.push(refusal.__typename));
deletions.subscribe(() => shown.push(deletions.snapshot()?.length ?? null));
deletions.delete(Array.from({ length: 2000 }, (_, at) => `job_${String(at).padStart(24, "0")}`));
const leaving = deletions.commit();
const atOnce = sent.length;
await leaving;
deletions.undo();
console.log(JSON.stringify({ sent, atOnce, shown, troubles, hidden: list.hidden.size, removed: list.removed }));
"""


def test_who_leaves_deletes_at_once_and_as_much_as_may_outlive_the_page_does() -> None:
    said = run_module(_LEAVE, _DELETIONS.as_uri())
    found: dict[str, Any] = json.loads(said)

    assert found["atOnce"] == 20, "a page that goes has no later"
    assert [one["count"] for one in found["sent"]] == [100] * 20
    outliving = [one["bytes"] for one in found["sent"] if one["keepalive"]]
    assert len(outliving) >= 18
    assert sum(outliving) <= 64 * 1024, "the browser would refuse them"
    assert found["shown"] == [2000, None], "the way back goes with the last moment for it"
    # What was refused is back, for whoever stayed.
    assert (found["troubles"], found["hidden"], found["removed"]) == (["TryAgain"], 1900, 1900)
