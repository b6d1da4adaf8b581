// A line on which nothing comes any more, and one on which it comes slowly.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Server, Video, pass, until } from "./browser.js";

const { PlayerLife } = await import("../../../i2v_app/components/player/player_life.js");

// Milliseconds: longer than a line is silent that still lives, and than one takes for a segment on which there is any watching.
const LONG = 40_000;
const TOO_LONG = 130_000;

function watch(server, scene) {
  const life = new PlayerLife({}, new Video());
  scene.after(() => life.end());
  life.tell({ opening: server.opening, state: "COMPLETED", attempt: 0, watchable: true });
  return life;
}

async function patiently(condition, what) {
  await until(() => (pass(1000), condition()), what);
}

test("a segment for which no answer comes is asked for again", async (scene) => {
  const server = new Server({ made: 1 });
  const life = watch(server, scene);

  await until(() => server.asked.length === 1);
  pass(LONG);
  await patiently(() => server.asked.length === 2, "the segment being asked for again");
  await server.send(0);

  await until(() => life.seen.phase === "playing");
});

test("a segment that stops in the middle is asked for again", async (scene) => {
  const server = new Server({ made: 1 });
  const life = watch(server, scene);
  const { readable, writable } = new TransformStream();

  await server.send(0, new Response(readable));
  await writable.getWriter().write((await server.bytes(0)).subarray(0, 5));
  pass(TOO_LONG);
  await patiently(() => server.asked.length === 2, "the segment being asked for again");
  await server.send(0);

  await until(() => life.seen.phase === "playing");
});

test("a segment that takes its time and goes on coming is waited for", async (scene) => {
  const server = new Server({ made: 1 });
  const life = watch(server, scene);
  const { readable, writable } = new TransformStream();
  const writer = writable.getWriter();

  await server.send(0, new Response(readable));
  const bytes = await server.bytes(0);
  for (const byte of bytes) {
    await writer.write(Uint8Array.of(byte));
    pass((2 * LONG) / bytes.length);
  }
  await writer.close();

  await until(() => life.seen.phase === "playing");
  assert.deepEqual(server.asked, [0]);
});
