// One viewing of one video: opened at the API, its segments fetched for one-use tickets.

import { Later, ask } from "./graphql.js";
import { patiently } from "./patience.js";

const OPEN = `mutation ($jobId: ID!) { openPlayback(jobId: $jobId) { __typename
  ... on Playback { id mimeType segmentCount complete durationSeconds tickets { index value } }
  ... on JobNotFound { message howToFix }
  ... on PlaybackRefused { message howToFix }
  ... on TryAgain { message howToFix } } }`;

const TICKETS = `mutation ($id: ID!, $indexes: [Int!]!) { playbackTickets(playbackId: $id, indexes: $indexes) { __typename
  ... on Tickets { tickets { index value } segmentCount complete }
  ... on PlaybackRefused { message howToFix }
  ... on TryAgain { message howToFix } } }`;

/** Index of the init segment. */
export const INIT = -1;

/** The API will not play this; `message` says why and `howToFix` what to do. */
export class Refused extends Error {
  constructor({ message, howToFix }) {
    super(message);
    this.howToFix = howToFix;
  }
}

class TicketUsed extends Later {}

/** Open a playback of a job. Throws `Refused`, or `Later` when the server could not be reached for long. */
export async function openPlayback(jobId, signal) {
  const playback = await patiently(
    async () => answerOf((await ask(OPEN, { jobId }, signal)).openPlayback, "Playback"),
    (error) => error instanceof Later,
    signal,
  );
  return new PlaybackSession(playback);
}

class PlaybackSession {
  #id;
  #tickets;

  constructor(playback) {
    this.#id = playback.id;
    this.#tickets = new Map(playback.tickets.map(({ index, value }) => [index, value]));
    this.mimeType = playback.mimeType;
    this.duration = playback.durationSeconds;
    // A video that is still being made will let these two grow with every answer.
    this.segmentCount = playback.segmentCount;
    this.complete = playback.complete;
  }

  /** The bytes of the init segment (`INIT`) or of a segment, as stored. Tries again with a new ticket when one is spent. */
  fetchSegment(index, signal) {
    return patiently(
      () => this.#fetchOnce(index, signal),
      (error) => error instanceof Later,
      signal,
    );
  }

  async #fetchOnce(index, signal) {
    const ticket = await this.#takeTicket(index, signal);
    let response;
    try {
      response = await fetch(`/media/playbacks/${this.#id}/${index === INIT ? "init" : index}`, {
        headers: { "I2V-Ticket": ticket },
        cache: "no-store",
        signal,
      });
      if (response.ok) return new Uint8Array(await response.arrayBuffer());
    } catch (error) {
      if (error.name === "AbortError") throw error;
      // The ticket may have been spent on the way; the next attempt asks for another.
      throw new Later("no answer");
    }
    if (response.status === 403) throw new TicketUsed("ticket refused");
    if (response.status === 404) {
      throw new Refused({ message: "This video is no longer there.", howToFix: "It was deleted or has expired." });
    }
    throw new Later(`status ${response.status}`);
  }

  async #takeTicket(index, signal) {
    if (!this.#tickets.has(index)) {
      const answer = answerOf((await ask(TICKETS, { id: this.#id, indexes: [index] }, signal)).playbackTickets, "Tickets");
      for (const { index: at, value } of answer.tickets) this.#tickets.set(at, value);
      this.segmentCount = answer.segmentCount;
      this.complete = answer.complete;
    }
    const ticket = this.#tickets.get(index);
    this.#tickets.delete(index);
    if (!ticket) throw new Later("not there yet");
    return ticket;
  }
}

function answerOf(answer, wanted) {
  if (answer.__typename === wanted) return answer;
  if (answer.__typename === "TryAgain") throw new Later(answer.message);
  throw new Refused(answer);
}
