// What the player asks the API, and what it makes of the answers.

import { Later, ask } from "./graphql.js";

const OPEN = `mutation ($jobId: ID!, $publicKey: String!, $protection: Protection!) {
  openPlayback(jobId: $jobId, publicKey: $publicKey, protection: $protection) { __typename
    ... on Playback { id mimeType segmentCount complete durationSeconds segmentSeconds attempt
      licence { publicKey iv wrapped keyId } initSegment tickets { index value } }
    ... on JobNotFound { code message howToFix }
    ... on PlaybackRefused { code message howToFix }
    ... on TryAgain { message howToFix } } }`;

const TICKETS = `mutation ($id: ID!, $indexes: [Int!]!) { playbackTickets(playbackId: $id, indexes: $indexes) { __typename
  ... on Tickets { tickets { index value } segmentCount complete }
  ... on PlaybackRefused { code message howToFix }
  ... on TryAgain { message howToFix } } }`;

/** The API will not play this; `code` is for programs, `message` says why and `howToFix` what to do. */
export class Refused extends Error {
  constructor({ code, message, howToFix }) {
    super(message);
    this.code = code;
    this.howToFix = howToFix;
  }
}

/** This playback has ended; another of the same video may be opened. */
export const isOver = (error) => ["PLAYBACK_NOT_FOUND", "PLAYBACK_USED_UP"].includes(error?.code);

/** The video is being made anew: what was shown is no part of it. */
export const isStartedOver = (error) => error?.code === "PLAYBACK_STARTED_OVER";

/** There is no segment yet. */
export const isTooSoon = (error) => error?.code === "NOT_PLAYABLE_YET";

/** There is no video and there will be none: the job failed or was cancelled. */
export const hasNoVideo = (error) => error?.code === "HAS_NO_VIDEO";

/** The API's `Playback`. Throws `Refused`, or `Later` when it is worth trying again. */
export async function open(jobId, publicKey, protection, signal) {
  return checked((await ask(OPEN, { jobId, publicKey, protection }, signal)).openPlayback, "Playback");
}

/** The API's `Tickets` for those of the segments that exist; if none does yet, the answer waits. Throws as `open`. */
export async function ticketsFor(id, indexes, signal) {
  return checked((await ask(TICKETS, { id, indexes }, signal)).playbackTickets, "Tickets");
}

function checked(answer, wanted) {
  if (answer.__typename === wanted) return answer;
  if (answer.__typename === "TryAgain") throw new Later(answer.message);
  throw new Refused(answer);
}
