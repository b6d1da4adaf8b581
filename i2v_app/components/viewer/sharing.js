// What is asked about links to a video. A secret passes from the API's answer to the screen, and is kept nowhere.

import { ask } from "$/public/external/i2v_app/components/player/player/graphql.js";

const LINKS = `query ($jobId: ID!) { limits { shareLinkMaxHours }
  shareLinks(jobId: $jobId) { id createdAt expiresAt openedTimes } }`;

const CREATE = `mutation ($jobId: ID!, $expiresAt: DateTime!) { createShareLink(jobId: $jobId, expiresAt: $expiresAt) {
  __typename ... on ShareLinkCreated { path } ... on Refusal { code message howToFix limit { value } } } }`;

const REVOKE = `mutation ($id: ID!) { revokeShareLink(id: $id) { __typename
  ... on Refusal { code message howToFix limit { value } } } }`;

const SHARED = `query ($secret: String!) { sharedVideo(secret: $secret) { name width height seconds expiresAt posterUrl } }`;

/** A job's links as the API has them, newest first, and for how many hours one may be made: `{ links, maxHours }`. */
export async function readLinks(jobId, signal) {
  const { shareLinks, limits } = await ask(LINKS, { jobId }, signal);
  const links = [...shareLinks].sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  return { links, maxHours: limits.shareLinkMaxHours };
}

/** `ShareLinkCreated` with its path, or a refusal. `ends`: a Date. */
export async function createLink(jobId, ends, signal) {
  return (await ask(CREATE, { jobId, expiresAt: ends.toISOString() }, signal)).createShareLink;
}

/** `ShareLinkRevoked`, or a refusal. */
export async function revokeLink(id, signal) {
  return (await ask(REVOKE, { id }, signal)).revokeShareLink;
}

/** The `SharedVideo` behind a secret; null if the link has ended, was withdrawn, or never was. */
export async function readShared(secret, signal) {
  return (await ask(SHARED, { secret }, signal)).sharedVideo;
}
