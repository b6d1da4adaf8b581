// A key pair for each playback: the server wraps the licence for its public half, and the private half leaves nothing.
// Making one takes a few milliseconds, so one is always made ahead.

import { toText } from "./base64url.js";

let spare = null;

/** Make one ahead. */
export function prepareKeyPair() {
  spare ??= makeKeyPair();
  spare.catch(() => (spare = null)); // whoever takes it hears of it
}

/** A pair that nobody else gets: `{ privateKey, publicKey }`, the latter as the protocol's text. */
export async function takeKeyPair() {
  prepareKeyPair();
  const taken = spare;
  spare = null;
  return taken;
}

async function makeKeyPair() {
  // Not extractable: the public half can be exported all the same.
  const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
  const point = await crypto.subtle.exportKey("raw", pair.publicKey);
  return { privateKey: pair.privateKey, publicKey: toText(point) };
}
