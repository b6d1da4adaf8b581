// Deleting with a way back. What is deleted is hidden at once and, for some seconds, still there; then the server is told.
// It is the browser that waits, so it is the browser that sees to it: who leaves the page wants it gone, not kept.

import { useMemo, useSyncExternalStore } from "react";

import { ask, Later } from "$/public/external/i2v_app/components/player/player/graphql.js";

const UNDO = 7_000; // milliseconds in which it can be undone
const AGAIN = 2_000; // milliseconds before the server, which was away, is told again
const TRIES = 5;

const DELETE =
  "mutation ($id: ID!) { deleteJob(id: $id) { __typename ... on Refusal { code message howToFix retryAfterSeconds limit { name value unit } } } }";

// `hidden`: ids of what is gone from the page. `undoable`: {id, name} of what can come back. `failed`: names of what could not be
// deleted and is back.
let state = { hidden: new Set(), undoable: [], failed: [] };
const listeners = new Set();
let timer = null;
let remaining = UNDO;
let since = 0;

/** Take the job off the page, and delete it unless that is undone. */
export function deleteSoon(id, name) {
  set({ hidden: new Set(state.hidden).add(id), undoable: [...state.undoable, { id, name }], failed: [] });
  remaining = UNDO;
  run();
}

/** Bring back all that can be brought back. */
export function undo() {
  const back = new Set(state.undoable.map((one) => one.id));
  stop();
  set({ ...state, hidden: new Set([...state.hidden].filter((id) => !back.has(id))), undoable: [] });
}

/** The clock stands still while somebody looks at the offer. */
export function hold() {
  if (timer === null) return;
  stop();
  remaining = Math.max(1_000, remaining - (Date.now() - since));
}

export function run() {
  stop();
  if (!state.undoable.length) return;
  since = Date.now();
  timer = setTimeout(() => void deleteNow(), remaining);
}

/** The offer, or what went wrong, has been read. */
export function dismiss() {
  if (state.undoable.length) void deleteNow();
  else set({ ...state, failed: [] });
}

export const useDeletions = () => useSyncExternalStore(subscribe, () => state, () => state);

/** The cards without those that are being deleted. */
export function useKept(cards) {
  const { hidden } = useDeletions();
  return useMemo(() => (hidden.size ? cards.filter((card) => !hidden.has(card.id)) : cards), [cards, hidden]);
}

function stop() {
  clearTimeout(timer);
  timer = null;
}

async function deleteNow() {
  const gone = state.undoable;
  if (!gone.length) return;
  stop();
  set({ ...state, undoable: [] });
  await Promise.all(gone.map(tell));
}

async function tell(one) {
  for (let tried = 0; tried < TRIES; tried += 1) {
    try {
      const { deleteJob } = await ask(DELETE, { id: one.id }, new AbortController().signal, { keepalive: true });
      // Gone already is gone. A deleted job's card stays hidden: its id never comes back.
      if (["JobDeleted", "JobNotFound"].includes(deleteJob.__typename)) return;
    } catch (error) {
      if (!(error instanceof Later)) break;
    }
    await new Promise((go) => setTimeout(go, AGAIN));
  }
  set({
    ...state,
    hidden: new Set([...state.hidden].filter((id) => id !== one.id)),
    failed: [...state.failed, one.name],
  });
}

function set(next) {
  state = next;
  for (const listener of listeners) listener();
}

function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

// Whoever looks elsewhere may never be back, and a phone ends a page that nobody sees without a word to it: that is the last
// moment for sure. The request outlives the page.
if (typeof window !== "undefined") {
  window.addEventListener("pagehide", () => void deleteNow());
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && void deleteNow());
}
