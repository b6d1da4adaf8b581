// What the operator allows, read once.

import { useEffect, useState } from "react";

import { ask } from "$/public/external/i2v_app/components/player/player/graphql.js";

import { readBounds } from "./operations.js";

const AGAIN = 3000; // milliseconds

/** `{ retentionHours, keepAtMostHours }`, null until it is known. */
export function useBounds() {
  const [bounds, setBounds] = useState(null);
  useEffect(() => {
    const ending = new AbortController();
    let timer = 0;
    const read = () =>
      readBounds(ask, ending.signal)
        .then(setBounds)
        .catch(() => {
          if (!ending.signal.aborted) timer = setTimeout(read, AGAIN);
        });
    read();
    return () => {
      ending.abort();
      clearTimeout(timer);
    };
  }, []);
  return bounds;
}
