// The licence of a playback: its key, wrapped for the key pair that was made for this playback alone.
// ECDH on P-256, HKDF-SHA256, AES-256-GCM.

import { toBytes } from "./base64url.js";

const text = new TextEncoder();

/** The licence's plaintext as bytes: a JSON Web Key Set as ClearKey takes it. */
export async function unwrap({ publicKey, iv, wrapped }, privateKey, playbackId) {
  const theirs = await crypto.subtle.importKey("raw", toBytes(publicKey), { name: "ECDH", namedCurve: "P-256" }, false, []);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, privateKey, 256);
  const secret = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const wrapping = await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: text.encode(`i2v licence ${playbackId}`) },
    secret,
    { name: "AES-GCM", length: 256 },
    false,
    ["decrypt"],
  );
  return crypto.subtle.decrypt(
    { name: "AES-GCM", iv: toBytes(iv), additionalData: text.encode(playbackId) },
    wrapping,
    toBytes(wrapped),
  );
}
