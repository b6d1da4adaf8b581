"""How the large view follows a job: by a stream that is taken for dead when not even its beat comes any more."""

from __future__ import annotations

from pathlib import Path

from tests.i2v_app.node import run_module

ASKING = Path(__file__).resolve().parents[2] / "i2v_app" / "components" / "viewer" / "asking.js"
#: A stream of one change and one beat, 30 seconds apart, and then of nothing. Prints what is heard of it, and when, in seconds.
_FOLLOW = """
import { mock } from "node:test";

const turn = async () => {
  for (let count = 0; count < 50; count++) await new Promise((done) => setImmediate(done)); // what is sent passes through pipes
};
mock.timers.enable({ apis: ["setTimeout"] });
let seconds = 0, stream, given;
const later = async (count) => {
  mock.timers.tick(1000 * count);
  seconds += count;
  await turn();
};
globalThis.fetch = async (url, { signal }) => {
  given = signal;
  const body = new ReadableStream({ start: (control) => void (stream = control) });
  signal.addEventListener("abort", () => stream.error(signal.reason));
  return { ok: true, body };
};
const { progressOf } = await import(`data:text/javascript,${encodeURIComponent(process.argv[1])}`);
const said = [];
(async () => {
  for await (const { percent } of progressOf("job_a", 1, new AbortController().signal)) said.push(`${percent} % at ${seconds}`);
})().catch((error) => said.push(`${error.message} at ${seconds}`));
const send = (text) => {
  stream.enqueue(new TextEncoder().encode(text));
  return turn();
};
await turn();
await send('event: next\\ndata: {"data":{"jobProgress":{"__typename":"JobProgress","percent":41}}}\\n\\n');
await later(30);
await send(":\\n\\n");
for (let count = 0; count < 12; count++) await later(5);
console.log(said.join("\\n"));
console.log(given.aborted ? "let go" : "held");
process.exit(0);
"""


def test_a_stream_of_which_nothing_is_heard_is_given_up_and_a_beat_is_something() -> None:
    source = ASKING.read_text().replace('import { ask } from "$', "const ask = null; //")

    said = run_module(_FOLLOW, source)
    assert said.splitlines() == ["41 % at 0", "nothing comes any more at 65", "let go"]
