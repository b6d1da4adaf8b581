// The pieces of a video in order, ready to be appended: the init segment, then every segment.
//
// What happens to a piece between the network and the decoder belongs here (decryption), and so does waiting for one that
// is still being made.

import { INIT } from "./playback_session.js";

// Requests under way at once. Two hide the round trip; more would only let the first frame wait for later ones.
const AHEAD = 2;

/** Yield the pieces of a session's video as `Uint8Array`s. */
export async function* pieces(session, signal) {
  const coming = [];
  let next = INIT;
  const request = () => {
    if (next >= session.segmentCount) return;
    const piece = session.fetchSegment(next++, signal);
    piece.catch(() => {}); // whoever awaits it hears of it; an abort before that is no news
    coming.push(piece);
  };
  for (let n = 0; n < AHEAD; n++) request();
  while (coming.length) {
    const piece = await coming.shift();
    request();
    yield piece;
  }
}
