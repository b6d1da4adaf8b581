// The picture that the choices are shown with: the one chosen last, before that a sample.

import { useSyncExternalStore } from "react";

const SAMPLE = { url: "/samples/dandelions-small.webp", width: 360, height: 202, focus: { x: 0.5, y: 0.5 } };

let shown = SAMPLE;
const listeners = new Set();

/** `{ url, width, height, focus }`. */
export const useShownPicture = () => useSyncExternalStore(subscribe, () => shown, () => SAMPLE);

/** Show the choices with this picture. Its address stays its giver's: it must live until another is shown. */
export function showPicture(picture) {
  shown = picture;
  for (const listener of listeners) listener();
}

const subscribe = (listener) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
