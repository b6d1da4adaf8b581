// When a video starts on a line on which its segments come more slowly than they play.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Server, Video, pass, until } from "./browser.js";

const { PlayerLife } = await import("../../../i2v_app/components/player/player_life.js");

// Milliseconds for a segment of half a second.
const SLOW = 700;

function watch(server, scene) {
  const video = new Video();
  const life = new PlayerLife({}, video);
  scene.after(() => life.end());
  life.tell({ opening: server.opening, state: "COMPLETED", attempt: 0, watchable: true });
  return { video, life };
}

async function slowly(server, ...indexes) {
  for (const index of indexes) {
    await until(() => server.asked.includes(index), `segment ${index} being asked for`);
    pass(SLOW);
    await server.send(index);
  }
}

test("a seek before the start starts from there, as soon as it would not stop again", async (scene) => {
  const server = new Server({ made: 10 });
  const { video, life } = watch(server, scene);
  await slowly(server, 0);
  await until(() => server.asked.includes(1));

  video.currentTime = 2.0;
  await slowly(server, 1, 4, 5); // the first was on its way
  await until(() => server.asked.includes(6));
  const before = video.plays;
  await slowly(server, 6);

  await until(() => life.seen.phase === "playing");
  assert.equal(before, 0);
  assert.deepEqual(server.asked.slice(0, 5), [0, 1, 4, 5, 6]);
});

test("a seek before the start to near the end starts when what is left of it is there", async (scene) => {
  const server = new Server({ made: 10 });
  const { video, life } = watch(server, scene);
  await slowly(server, 0);
  await until(() => server.asked.includes(1));

  video.currentTime = 4.0;
  await slowly(server, 1, 8, 9);

  await until(() => life.seen.phase === "playing");
  assert.deepEqual(server.asked, [0, 1, 8, 9]);
});

test("a seek before the start to the very end, where nothing is left to fetch, starts too", async (scene) => {
  const server = new Server({ made: 10 });
  const { video, life } = watch(server, scene);
  await slowly(server, 0);
  await until(() => server.asked.includes(1));

  video.currentTime = 5.0;
  await slowly(server, 1);

  await until(() => life.seen.phase === "playing");
});

test("without a seek it starts when the rest comes in time", async (scene) => {
  const server = new Server({ made: 10 });
  const { video, life } = watch(server, scene);

  await slowly(server, 0, 1, 2);
  await until(() => server.asked.includes(3));
  const before = video.plays;
  await slowly(server, 3);

  await until(() => life.seen.phase === "playing");
  assert.equal(before, 0);
});
