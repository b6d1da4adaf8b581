// What is said when the making of a video that is watched breaks off, and what becomes of it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Server, Video, until, visitor } from "./browser.js";

const { PlayerLife } = await import("../../../i2v_app/components/player/player_life.js");

const CANCELLED = { state: "CANCELLED", attempt: 0, watchable: false, message: "Cancelled midway", howToFix: "Try again" };
const QUEUED = { state: "QUEUED", attempt: 0, watchable: false };
const COMPLETED = { state: "COMPLETED", attempt: 0, watchable: true };
const attempt = (number, watchable = true) => ({ state: "PROCESSING", attempt: number, watchable });

const STARTED_OVER = { __typename: "PlaybackRefused", code: "PLAYBACK_STARTED_OVER", message: "It is made again" };
const NO_VIDEO = { __typename: "PlaybackRefused", code: "HAS_NO_VIDEO", message: "It was cancelled", howToFix: "Make it again" };
const GONE = new Response(null, { status: 404 });

/** A player that plays the first segment of a video that is being made, and is about to fetch the second. */
async function watch(scene, { calmly = false } = {}) {
  visitor.wantsCalm = calmly;
  const server = new Server({ made: 2, length: 10 });
  const life = new PlayerLife({}, new Video());
  scene.after(() => life.end());
  const tell = (job) => life.tell({ opening: server.opening, ...job });
  tell(attempt(1));
  if (calmly) life.toggle();
  await server.send(0);
  await until(() => server.asked.includes(1), "the second segment being asked for");
  return { server, life, tell };
}

/** The same, which could not be loaded: somebody may try again. */
async function failing(scene) {
  const watched = await watch(scene);
  await watched.server.send(1, GONE);
  await until(() => watched.life.seen.trouble?.canRetry, "the trouble being told");
  return watched;
}

/** The same, the making of which has broken off. */
async function startingOver(scene, how) {
  const watched = await watch(scene, how);
  watched.server.refusal = STARTED_OVER;
  await watched.server.send(1, GONE);
  await until(() => watched.life.seen.note, "the note");
  return watched;
}

test("a segment that is gone because the video is made again starts over, and plays again by itself", async (scene) => {
  const { server, life, tell } = await watch(scene);

  server.refusal = STARTED_OVER;
  await server.send(1, GONE);
  await until(() => life.seen.note === "player.starting_over");
  tell(QUEUED);
  tell(attempt(1, false));
  server.refusal = null;
  tell(attempt(1));
  await server.send(0);
  await server.send(1);

  await until(() => life.seen.phase === "playing");
  assert.equal(server.opened, 2);
  assert.equal(life.seen.note, "");
});

test("a segment that is gone because the job was cancelled says that it was", async (scene) => {
  const { server, life } = await watch(scene);

  server.refusal = NO_VIDEO;
  await server.send(1, GONE);

  await until(() => life.seen.trouble);
  assert.equal(life.seen.trouble.message, "It was cancelled");
  assert.equal(life.seen.trouble.canRetry, false);
});

test("a segment that is gone though nothing has happened to the job is said to be gone", async (scene) => {
  const { server, life } = await watch(scene);

  await server.send(1, GONE);

  await until(() => life.seen.trouble);
  assert.equal(life.seen.trouble.says, "player.gone");
});

test("that a video could not be loaded gives way to that it was cancelled", async (scene) => {
  const { life, tell } = await failing(scene);

  tell(CANCELLED);

  assert.equal(life.seen.trouble.message, "Cancelled midway");
  assert.equal(life.seen.trouble.canRetry, false);
});

test("that a video could not be loaded gives way to the next attempt, which plays by itself", async (scene) => {
  const { server, life, tell } = await failing(scene);

  tell(QUEUED);
  const { note, trouble } = life.seen;
  tell(attempt(2, false));
  tell(attempt(2));
  await server.send(0);
  await server.send(1);

  await until(() => life.seen.phase === "playing");
  assert.equal(note, "player.starting_over");
  assert.equal(trouble, null);
});

test("the next attempt plays by itself also if nothing was heard of the end of the one before", async (scene) => {
  const { server, life, tell } = await failing(scene);

  tell(attempt(2));
  await server.send(0);
  await server.send(1);

  await until(() => life.seen.phase === "playing");
  assert.equal(life.seen.trouble, null);
});

test("what cannot be loaded when the job was cancelled already is said to be cancelled", async (scene) => {
  const life = new PlayerLife({}, new Video());
  scene.after(() => life.end());
  visitor.wantsCalm = false;
  let refuse;
  const opening = () => new Promise((_, reject) => (refuse = reject));
  life.tell({ opening, ...attempt(1) });
  await until(() => refuse, "a playback being asked for");

  life.tell({ opening, ...CANCELLED });
  refuse(new Error("no data"));

  await until(() => life.seen.trouble);
  assert.equal(life.seen.trouble.message, "Cancelled midway");
});

test("a job that is cancelled while it starts over is said to be cancelled", async (scene) => {
  const { life, tell } = await startingOver(scene);

  tell(CANCELLED);

  assert.equal(life.seen.note, "");
  assert.equal(life.seen.trouble.message, "Cancelled midway");
  tell(QUEUED);
  assert.equal(life.seen.trouble, null);
});

test("what is whole is not starting over any more, played or not", async (scene) => {
  const { life, tell } = await startingOver(scene, { calmly: true });

  tell(attempt(2));
  const { note } = life.seen;
  tell(COMPLETED);

  assert.equal(note, "player.starting_over");
  assert.equal(life.seen.note, "");
  assert.equal(life.seen.phase, "waiting");
});

test("what was made again before the player heard of it is not starting over", async (scene) => {
  const { server, life, tell } = await watch(scene, { calmly: true });

  tell(COMPLETED);
  server.refusal = STARTED_OVER;
  await server.send(1, GONE);

  await until(() => life.seen.phase === "waiting");
  assert.equal(life.seen.note, "");
});
