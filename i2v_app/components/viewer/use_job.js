// One job as it stands, kept true for as long as it is looked at.

import { useEffect, useState } from "react";

import { pause, patiently } from "$/public/external/i2v_app/components/player/player/patience.js";

import { progressOf, readJob } from "./asking.js";

// Milliseconds until a lost connection is made again.
const AGAIN = 1000;

const ENDED = new Set(["COMPLETED", "FAILED", "CANCELLED"]);

/** `{ job }` with the job's fields as the API names them, undefined until they are read and null if there is no such job. */
export function useJob(id) {
  const [known, setKnown] = useState({ id, job: undefined });
  useEffect(() => {
    const control = new AbortController();
    keep(id, (job) => setKnown({ id, job }), control.signal).catch((error) => {
      if (!control.signal.aborted) console.warn("i2v: the job could not be read.", error);
    });
    return () => control.abort();
  }, [id]);
  return known.id === id ? known.job : undefined;
}

async function keep(id, show, signal) {
  for (;;) {
    let job = await patiently(() => readJob(id, signal), () => true, signal, Infinity);
    signal.throwIfAborted();
    show(job);
    if (!job || ENDED.has(job.state)) return;
    try {
      for await (const progress of progressOf(id, job.progress.version, signal)) {
        if (progress.state !== job.state) break; // more than its progress has changed
        job = { ...job, progress };
        show(job);
      }
    } catch {
      signal.throwIfAborted();
      await pause(AGAIN, signal);
    }
  }
}
