// The first way to play: segments stay encrypted (CENC) until the browser's decoder has them, and the key goes from the
// licence into a ClearKey session of Encrypted Media Extensions.

const SYSTEM = "org.w3.clearkey";

// Any H.264 will do to ask with: the true codec string is known only when a playback is open, and it must be said before
// that which protection is wanted. High profile, level 4, is what the encoder makes of the largest videos.
const WANTED = [
  {
    initDataTypes: ["keyids"],
    videoCapabilities: [{ contentType: 'video/mp4; codecs="avc1.640028"', encryptionScheme: "cenc" }],
  },
];

// MediaKeys to have ready. One is taken at a time as a rule; a page that leaves with many players gives many back.
const SPARES = 3;

const spares = [];
let access = null;

/** Whether this browser can, found out by doing it; the MediaKeys made for that are kept for the first player. */
export async function canDecrypt() {
  try {
    access = await navigator.requestMediaKeySystemAccess(SYSTEM, WANTED);
    await prepareMediaKeys();
    return true;
  } catch {
    return false;
  }
}

/** Have MediaKeys ready: making them takes longer than the rest of a start. */
export async function prepareMediaKeys() {
  if (!spares.length) spares.push(await access.createMediaKeys());
}

/** The decryption of one video element. */
export class EncryptedMedia {
  protection = "CENC";
  needsKeyToReveal = false; // the decoder waits for it by itself
  #video;
  #keys = null; // promise of the MediaKeys, once they are the element's
  #sessions = [];

  constructor(video) {
    this.#video = video;
    this.#keys = this.#attach();
    this.#keys.catch(() => {}); // `unlock` hears of it
  }

  /** Give the decoder the licence (`{ keyId }` and its plaintext). What was unlocked before stays so. */
  async unlock(keyId, licence) {
    const session = (await this.#keys).createSession("temporary");
    this.#sessions.push(session);
    session.closed.catch(() => {});
    await session.generateRequest("keyids", new TextEncoder().encode(JSON.stringify({ kids: [keyId] })));
    await session.update(licence);
  }

  /** What to append of a piece that was fetched: itself. */
  async reveal(bytes) {
    return bytes;
  }

  /** Forget the keys. To be called when the element has no source any more: it keeps its MediaKeys until then. */
  async release() {
    try {
      const keys = await this.#keys;
      await Promise.all(this.#sessions.map((session) => session.close()));
      await this.#video.setMediaKeys(null);
      if (spares.length < SPARES) spares.push(keys);
    } catch {
      // An element that will not let go keeps them; they end with it.
    }
  }

  async #attach() {
    await prepareMediaKeys();
    const keys = spares.pop() ?? (await access.createMediaKeys());
    await this.#video.setMediaKeys(keys);
    return keys;
  }
}
