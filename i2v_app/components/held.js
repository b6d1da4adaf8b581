// Keeps what was last known on the page. A server that was restarted begins with an empty page state and fills it a moment
// later; without this, every card would vanish and come back, and every video would begin again.

import { useRef } from "react";

/** The value; while it is not `known`, the one of the last time it was. */
export function useHeld(value, known) {
  const last = useRef(value);
  if (known) last.current = value;
  return last.current;
}
