// A connection on which nothing comes any more is taken for dead: browsers themselves wait for minutes, or without an end.

// Milliseconds. The longest answer, a wait for the next segment, takes 20 s to begin.
export const SILENCE = 35_000;

/** What `fetch` resolves with and, if it is `ok`, all its bytes: `[response, bytes]`. However long it takes; fails when nothing comes for long. */
export async function fetchBytes(url, options, signal) {
  const silence = new AbortController();
  let timer;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), SILENCE);
  };
  heard();
  try {
    const response = await fetch(url, { ...options, signal: AbortSignal.any([signal, silence.signal]) });
    return [response, response.ok ? await allOf(response.body, heard) : null];
  } finally {
    clearTimeout(timer);
  }
}

async function allOf(body, heard) {
  const reader = body.getReader();
  const pieces = [];
  for (;;) {
    heard();
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
  }
  const bytes = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
