// Keeps what was last known on the page. A server that was restarted begins with an empty page state and fills it a moment
// later; without this, every card would vanish and come back, and every video would begin again.

import { useDeferredValue, useRef } from "react";

/** The value; while it is not `known`, the one of the last time it was. What is in it as before is the same object as before. */
export function useHeld(value, known) {
  const last = useRef(value);
  if (known) last.current = same(last.current, value);
  // Drawn in small pieces when there is time: a hundred places in line change at once, and the page does not stop for it.
  return useDeferredValue(last.current);
}

// The server sends a whole list when one thing in it changes. React draws anew what is a new object, so what only looks new
// is given back as it was.
function same(before, now) {
  if (Array.isArray(now)) {
    const known = new Map((before ?? []).map((one) => [one.id, one]));
    return shared(before, now.map((one) => alike(known.get(one.id), one)));
  }
  const kept = Object.fromEntries(Object.entries(now).map(([id, one]) => [id, alike(before?.[id], one)]));
  return shared(before, kept);
}

const alike = (before, now) => (before && JSON.stringify(before) === JSON.stringify(now) ? before : now);

function shared(before, now) {
  const keys = Object.keys(now);
  const isAsBefore = before && Object.keys(before).length === keys.length && keys.every((key) => before[key] === now[key]);
  return isAsBefore ? before : now;
}
