// One playback of one video: opened at the API, unlocked, its segments fetched for one-use tickets.

import { Later } from "./graphql.js";
import { takeKeyPair } from "./key_pairs.js";
import { unwrap } from "./licence.js";
import { patiently } from "./patience.js";
import { Refused, ticketsFor } from "./protocol.js";
import { fetchBytes } from "./silence.js";

// Index of the init segment.
const INIT = -1;

// Milliseconds for which a ticket is taken for good. The server's limit is 60 s; asking for another costs less than a refusal.
const FRESH = 45_000;

// Tickets to ask for at once while the video grows: a model that is faster than real time makes several segments meanwhile.
const EAGER = 4;

class TicketUsed extends Later {}

/** Open a playback by `opening` (see protocol.js), for `decryption`. Throws `Refused`, or `Later` when the server could not be reached for long. */
export async function openSession(opening, decryption, signal) {
  const { privateKey, publicKey } = await takeKeyPair();
  const playback = await patiently(
    () => opening(publicKey, decryption.protection, signal),
    (error) => error instanceof Later,
    signal,
  );
  return new PlaybackSession(playback, privateKey, decryption);
}

class PlaybackSession {
  #id;
  #tickets = new Map();
  #decryption;

  constructor(playback, privateKey, decryption) {
    this.#id = playback.id;
    this.#decryption = decryption;
    this.mimeType = playback.mimeType;
    this.duration = playback.durationSeconds;
    this.segmentSeconds = playback.segmentSeconds;
    this.attempt = playback.attempt;
    this.#take(playback);
    /** Resolves when the licence is where it must be to decrypt. */
    this.unlocked = unwrap(playback.licence, privateKey, playback.id).then((licence) =>
      decryption.unlock(playback.licence.keyId, licence, playback.id),
    );
    /** The init segment's bytes. */
    this.init = this.#reveal(Uint8Array.from(atob(playback.initSegment), (letter) => letter.charCodeAt(0)), INIT);
    for (const promise of [this.unlocked, this.init]) promise.catch(() => {}); // whoever waits for it hears of it
  }

  /** The bytes of a segment, ready to append. Tries again with a new ticket when one is spent. */
  async fetchSegment(index, signal) {
    const bytes = await patiently(
      () => this.#fetchOnce(index, signal),
      (error) => error instanceof Later,
      signal,
    );
    return this.#reveal(bytes, index);
  }

  async #reveal(bytes, index) {
    if (this.#decryption.needsKeyToReveal) await this.unlocked;
    return this.#decryption.reveal(bytes, this.#id, index);
  }

  /** Wait until the video has more segments than now, or is complete. Outlasts whatever restarts meanwhile. */
  async grow(signal) {
    const before = this.segmentCount;
    const next = Array.from({ length: EAGER }, (_, n) => before + n);
    while (!this.complete && this.segmentCount === before) {
      const answer = await patiently(
        () => ticketsFor(this.#id, next, signal),
        (error) => error instanceof Later,
        signal,
        Infinity,
      );
      this.#take(answer);
    }
  }

  async #fetchOnce(index, signal) {
    const ticket = await this.#ticket(index, signal);
    let response, bytes;
    try {
      const options = { headers: { "I2V-Ticket": ticket }, cache: "no-store" };
      [response, bytes] = await fetchBytes(`/media/playbacks/${this.#id}/${index}`, options, signal);
    } catch {
      signal.throwIfAborted();
      // The ticket may have been spent on the way; the next attempt asks for another.
      throw new Later("no answer");
    }
    if (response.ok) return bytes;
    if (response.status === 403) throw new TicketUsed("ticket refused");
    if (response.status === 404) {
      await ticketsFor(this.#id, [index], signal); // the API knows why, if the job or the playback is over, and is thrown
      throw new Refused({ says: "player.gone", fix: "player.gone_fix" });
    }
    throw new Later(`status ${response.status}`);
  }

  async #ticket(index, signal) {
    if (!(this.#tickets.get(index)?.until > performance.now())) this.#take(await ticketsFor(this.#id, [index], signal));
    const ticket = this.#tickets.get(index);
    this.#tickets.delete(index);
    if (!ticket) throw new Later("not there yet");
    return ticket.value;
  }

  #take({ tickets, segmentCount, complete }) {
    const until = performance.now() + FRESH;
    for (const { index, value } of tickets) this.#tickets.set(index, { value, until });
    // Answers may overtake each other.
    this.segmentCount = Math.max(segmentCount, this.segmentCount ?? 0);
    this.complete = complete || Boolean(this.complete);
  }
}
