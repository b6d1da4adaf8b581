// What the browser has of a video, and what it is still to be given.

import assert from "node:assert/strict";
import { test } from "node:test";

import { MediaFeed } from "../../../i2v_app/components/player/media_feed.js";

const FRAME = 1 / 24;

const having = (...parts) => {
  const buffered = { length: parts.length, start: (n) => parts[n][0], end: (n) => parts[n][1] };
  return new MediaFeed({ buffered }, null);
};

test("a last segment of one frame is there when its frame is, and not before", () => {
  assert.equal(having([0, 4]).has(4, 4 + FRAME), false);
  assert.equal(having([0, 4 + FRAME]).has(4, 4 + FRAME), true);
});

test("a segment is there though browsers put its ends a frame off", () => {
  assert.equal(having([0.5 + FRAME, 1 - FRAME]).has(0.5, 1), true);
  assert.equal(having([0.5 + 2 * FRAME, 1]).has(0.5, 1), false);
});
