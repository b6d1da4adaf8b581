// What the player asks the API, and what it makes of the answers.

import { Later, ask } from "./graphql.js";

const OPEN = `mutation ($jobId: ID!, $publicKey: String!, $protection: Protection!) {
  openPlayback(jobId: $jobId, publicKey: $publicKey, protection: $protection) { __typename
    ... on Playback { id mimeType segmentCount complete durationSeconds segmentSeconds attempt
      licence { publicKey iv wrapped keyId } initSegment tickets { index value } }
    ... on JobNotFound { code message howToFix }
    ... on PlaybackRefused { code message howToFix }
    ... on TryAgain { message howToFix } } }`;

const OPEN_SHARED = OPEN.replace("$jobId: ID!", "$secret: String!").replace(
  "openPlayback(jobId: $jobId,",
  "openPlayback: openSharedPlayback(secret: $secret,",
);

const TICKETS = `mutation ($id: ID!, $indexes: [Int!]!) { playbackTickets(playbackId: $id, indexes: $indexes) { __typename
  ... on Tickets { tickets { index value } segmentCount complete }
  ... on PlaybackRefused { code message howToFix }
  ... on TryAgain { message howToFix } } }`;

/**
 * This cannot be played. `code` is the API's, for programs; `told` says why and what to do: `{ code, message, howToFix }` in the
 * API's words, or `{ says, fix }`, messages of the page.
 */
export class Refused extends Error {
  constructor({ code, ...told }) {
    super(told.says ?? told.message);
    this.code = code;
    this.told = { code, ...told };
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

/**
 * How playbacks of a job of one's own are opened: a function `(publicKey, protection, signal)` that resolves with the API's
 * `Playback`, and throws `Refused`, or `Later` when it is worth trying again.
 */
export const openingOf = (jobId) => async (publicKey, protection, signal) =>
  checked((await ask(OPEN, { jobId, publicKey, protection }, signal)).openPlayback, "Playback");

/** The same for what a link's secret leads to. */
export const openingOfShared = (secret) => async (publicKey, protection, signal) =>
  checked((await ask(OPEN_SHARED, { secret, publicKey, protection }, signal)).openPlayback, "Playback");

/** The API's `Tickets` for those of the segments that exist; if none does yet, the answer waits. Throws as an opening does. */
export async function ticketsFor(id, indexes, signal) {
  return checked((await ask(TICKETS, { id, indexes }, signal)).playbackTickets, "Tickets");
}

function checked(answer, wanted) {
  if (answer.__typename === wanted) return answer;
  if (answer.__typename === "TryAgain") throw new Later(answer.message);
  throw new Refused(answer);
}
