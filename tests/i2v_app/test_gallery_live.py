"""How the gallery follows the API's events: when it connects again, after what."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.i2v_app.node import run_module

_LIVE = Path(__file__).resolve().parents[2] / "i2v_app" / "components" / "gallery" / "live.js"
#: Follows for some seconds of a clock that is ours, against a server that answers each subscription with the message given.
_FOLLOW = """
import { mock } from "node:test";
const [live, told] = process.argv.slice(1);
const { seconds, answer, lives } = JSON.parse(told);
mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
Math.random = () => 0.5;
globalThis.location = { origin: "http://here" };
let now = 0;
const opened = [], events = [];
let readings = 0;
globalThis.WebSocket = class {
  constructor() {
    opened.push(now);
    setTimeout(() => this.onopen(), 1);
  }
  send(text) {
    const { type, id } = JSON.parse(text);
    if (type === "connection_init") this.hear({ type: "connection_ack" });
    if (type === "subscribe" && answer) this.hear({ id, ...answer });
    if (type === "subscribe" && lives) setTimeout(() => this.close(), 1000 * lives);
    if (type === "ping") this.hear({ type: "pong" });
  }
  hear = (message) => setTimeout(() => this.onmessage({ data: JSON.stringify(message) }), 1);
  close() {
    if (!this.isClosed) setTimeout(() => this.onclose(), 1);
    this.isClosed = true;
  }
};
const { followJobs } = await import(live);
followJobs((event) => events.push(event), () => (readings += 1));
for (; now < 1000 * seconds; now += 10) mock.timers.tick(10);
console.log(JSON.stringify({ opened: opened.map((at) => at / 1000), readings, events }));
"""


def follow(seconds: float, *, answer: dict[str, Any] | None = None, lives: float = 0) -> dict[str, Any]:
    """Follow for so long. `lives`: seconds until the server closes a connection that it took; 0 for never."""
    told = json.dumps({"seconds": seconds, "answer": answer, "lives": lives})
    said = run_module(_FOLLOW, _LIVE.as_uri(), told)
    found: dict[str, Any] = json.loads(said)
    return found


def test_one_that_is_asked_too_much_is_left_alone_for_as_long_as_it_says() -> None:
    refusal = {
        "message": "Too many. Wait.",
        "extensions": {"code": "RATE_LIMITED", "howToFix": "Wait.", "retryAfterSeconds": 30.0},
    }

    found = follow(65, answer={"type": "error", "payload": [refusal]})

    assert found["opened"] == pytest.approx([0, 30.3, 61.4], abs=0.2)
    assert found["readings"] <= len(found["opened"]), "nor is the list read more often than that"


def test_one_that_refuses_without_a_word_is_asked_ever_more_seldom() -> None:
    found = follow(20, answer={"type": "error", "payload": [{"message": "Something went wrong."}]})

    assert found["opened"] == pytest.approx([0, 0.4, 1.4, 3.5, 7.5, 15.6], abs=0.3)


def test_one_that_had_been_there_for_a_while_is_back_soon() -> None:
    event = {"__typename": "JobDeleted", "jobId": "job_1"}

    found = follow(31, answer={"type": "next", "payload": {"data": {"viewerJobs": event}}}, lives=10)

    assert found["opened"] == pytest.approx([0, 10.4, 20.7, 31], abs=0.2)
    assert found["events"] == [event] * 3
