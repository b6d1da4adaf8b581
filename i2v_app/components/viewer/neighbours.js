// What lies before and after a job among one's own, in the order of the page: newest first.

import { useEffect, useState } from "react";

import { readIds } from "./asking.js";

const UNREAD = { ids: [], next: undefined }; // the newest ids, and what to ask for those after them; null: these are all

/** `{ before, after }`: ids of the job's neighbours, null where there are none or while they are not known. `state`: the job's. */
export function useNeighbours(id, state) {
  const [list, setList] = useState(UNREAD);
  useEffect(() => {
    if (!state) return undefined; // it is not known that there is such a job
    const control = new AbortController();
    reachingBeyond(id, list, control.signal).then(
      setList,
      () => {}, // without them there is nothing to go to; the video is watched all the same
    );
    return () => control.abort();
  }, [id, state]);
  const place = list.ids.indexOf(id);
  if (place < 0) return { before: null, after: null };
  return { before: list.ids[place - 1] ?? null, after: list.ids[place + 1] ?? null };
}

/** The list, read on as far as what follows the job. Anew for the newest, and for one that is not in it: there may be newer ones. */
async function reachingBeyond(id, list, signal) {
  let { ids, next } = list.ids.indexOf(id) > 0 ? list : UNREAD;
  while (next !== null && (!ids.includes(id) || ids.at(-1) === id)) {
    const page = await readIds(next, signal);
    ids = [...ids, ...page.ids];
    next = page.next;
  }
  return { ids, next };
}
