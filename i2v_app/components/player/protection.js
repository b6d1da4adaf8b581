// Which of the two ways of decryption this browser has. Found out once for the page, and ahead of the first click.

import { EncryptedMedia, canDecrypt, prepareMediaKeys } from "./encrypted_media.js";
import { prepareKeyPair } from "./key_pairs.js";
import { SealedSegments } from "./sealed_segments.js";

/** Without https (or this very machine as the server) browsers have neither way: see docs/operations.md, TLS. */
export const isPossible = Boolean(globalThis.isSecureContext && globalThis.crypto?.subtle);

let found = null;

/** Make ready what a start needs and what does not depend on the video. */
export async function prepare() {
  if (!isPossible) return;
  prepareKeyPair();
  if (await (found ??= canDecrypt())) await prepareMediaKeys().catch(() => {});
}

/** The decryption for an element. */
export async function protect(video) {
  return (await (found ??= canDecrypt())) ? new EncryptedMedia(video) : new SealedSegments();
}
