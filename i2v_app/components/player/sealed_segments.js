// The second way to play, for browsers without ClearKey: every piece is encrypted as a whole (AES-GCM) and decrypted here,
// by WebCrypto, before the browser's decoder gets it.

import { toBytes } from "./base64url.js";

// Bytes at the head of a piece.
const NONCE = 12;

const text = new TextEncoder();

/** The decryption for one video element; the element itself has no part in it. */
export class SealedSegments {
  protection = "AES_GCM";
  needsKeyToReveal = true;
  #keys = new Map(); // by playback

  /** Take in the licence's plaintext. */
  async unlock(keyId, licence, playbackId) {
    const { keys } = JSON.parse(new TextDecoder().decode(licence));
    const { k } = keys.find(({ kid }) => kid === keyId);
    this.#keys.set(playbackId, await crypto.subtle.importKey("raw", toBytes(k), "AES-GCM", false, ["decrypt"]));
  }

  /** The clear bytes of a piece of a playback that was unlocked. */
  async reveal(bytes, playbackId, index) {
    return new Uint8Array(
      await crypto.subtle.decrypt(
        { name: "AES-GCM", iv: bytes.subarray(0, NONCE), additionalData: text.encode(`${playbackId}/${index}`) },
        this.#keys.get(playbackId),
        bytes.subarray(NONCE),
      ),
    );
  }

  async release() {
    this.#keys.clear();
  }
}
