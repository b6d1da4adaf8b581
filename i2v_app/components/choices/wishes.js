// What the next pictures are to become: motion, length and shape, right as they are for who touches nothing. They are this
// browser's own and stay for the next visit.

import { useSyncExternalStore } from "react";

const KEY = "wishes"; // in localStorage
const DEFAULTS = { motion: "AUTO", seconds: null, shape: "AS_PICTURE" }; // seconds null: the server's own default

/** The motions, in the order in which they are shown; the names are the API's. */
export const MOTIONS = ["AUTO", "ZOOM_IN", "ZOOM_OUT", "PAN", "DRIFT", "ORBIT"];

/** The shapes and their width for a height of 1; null is the picture's own. */
export const SHAPES = { AS_PICTURE: null, WIDE: 16 / 9, SQUARE: 1, TALL: 9 / 16 };

let wishes = typeof window === "undefined" ? DEFAULTS : remembered();
const listeners = new Set();

export const useWishes = () => useSyncExternalStore(subscribe, snapshot, atFirst);
export const currentWishes = () => wishes;

/** Wish for something else from now on. */
export function wish(changes) {
  wishes = { ...wishes, ...changes };
  try {
    localStorage.setItem(KEY, JSON.stringify(wishes));
  } catch {
    // No storage is allowed: it holds for this page only.
  }
  for (const listener of listeners) listener();
}

/** The API's `VideoOptions` as wished now. `focus` is `{ x, y }`; only a shape that leaves something out has a use for it. */
export function optionsFor(focus) {
  const { motion, seconds, shape } = wishes;
  return { motion, ...(seconds && { seconds }), ...(SHAPES[shape] && { shape, focus }) };
}

function remembered() {
  try {
    const { motion, seconds, shape } = JSON.parse(localStorage.getItem(KEY)) ?? {};
    return {
      motion: MOTIONS.includes(motion) ? motion : DEFAULTS.motion,
      seconds: Number.isFinite(seconds) ? seconds : null,
      shape: shape in SHAPES ? shape : DEFAULTS.shape,
    };
  } catch {
    return DEFAULTS; // nothing remembered, or nothing that can be read
  }
}

const subscribe = (listener) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
const snapshot = () => wishes;
const atFirst = () => DEFAULTS;
