// What lies before and after a job among one's own, in the order of the page: newest first.

import { useEffect, useState } from "react";

import { readIds } from "./asking.js";

const NONE = { before: null, after: null };

/** `{ before, after }`: ids of the job's neighbours, null where there are none or while they are not known. `version`: read again. */
export function useNeighbours(id, version) {
  const [known, setKnown] = useState({ id, ...NONE });
  useEffect(() => {
    const control = new AbortController();
    find(id, control.signal).then(
      (found) => setKnown({ id, ...found }),
      () => {}, // without them there is nothing to go to; the video is watched all the same
    );
    return () => control.abort();
  }, [id, version]);
  return known.id === id ? known : NONE;
}

async function find(id, signal) {
  let before = null;
  for (let after; ; ) {
    const { ids, next } = await readIds(after, signal);
    const place = ids.indexOf(id);
    if (place > 0) before = ids[place - 1];
    if (place >= 0) {
      const following = ids[place + 1] ?? (next ? (await readIds(next, signal)).ids[0] : null);
      return { before, after: following ?? null };
    }
    if (!next) return NONE;
    before = ids.at(-1);
    after = next;
  }
}
