/** A text that nothing else has, for what may be sent twice and is to happen once. Not `randomUUID`: it is missing where the page came over plain http. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
