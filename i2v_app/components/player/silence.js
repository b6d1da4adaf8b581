// A connection on which nothing comes any more is taken for dead: browsers themselves wait for minutes, or without an end.

// Milliseconds until an answer begins. The longest, a wait for the next segment, takes 20 s to.
export const SILENCE = 35_000;
// Milliseconds that the body of one may take: on a line on which half a second of video takes longer there is no watching it.
const BODY = 120_000;

/** What `fetch` resolves with and, if it is `ok`, all its bytes: `[response, bytes]`. Fails when they do not come. */
export async function fetchBytes(url, options, signal) {
  const dead = new AbortController();
  let timer = setTimeout(() => dead.abort(), SILENCE);
  try {
    const response = await fetch(url, { ...options, signal: AbortSignal.any([signal, dead.signal]) });
    clearTimeout(timer);
    timer = setTimeout(() => dead.abort(), BODY);
    return [response, response.ok ? new Uint8Array(await response.arrayBuffer()) : null];
  } finally {
    clearTimeout(timer);
  }
}
