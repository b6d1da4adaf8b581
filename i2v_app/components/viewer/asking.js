// What the viewer asks the API about jobs.

import { ask } from "$/public/external/i2v_app/components/player/player/graphql.js";

// Milliseconds in which an open stream sends something, if only its beat (every 10 s unless the operator wants it otherwise): one
// that died with a sleeping laptop looks open. Where the beat is slower, the job is read again without need and followed on.
const SILENCE = 35_000;

const PROGRESS = "state stage percent attempt queuePosition segmentsReady version";

const JOB = `query ($id: ID!) { job(id: $id) {
  id name state expiresAt thumbnailUrl pictureUrl width height
  failure { code message howToFix } options { motion seconds shape focus { x y } } progress { ${PROGRESS} } } }`;

const FOLLOW = `subscription ($id: ID!, $after: Int) { jobProgress(jobId: $id, after: $after) { __typename
  ... on JobProgress { ${PROGRESS} } } }`;

const LIMITS = "{ limits { minSeconds maxSeconds } }";

const ANOTHER = `mutation ($jobId: ID!, $options: VideoOptions, $key: String) {
  makeAnother(jobId: $jobId, options: $options, idempotencyKey: $key) { __typename ... on Job { id }
    ... on Refusal { code message howToFix limit { value } } } }`;

const JOBS = `query ($after: String) { jobs(first: 100, after: $after) {
  edges { node { id } } pageInfo { hasNextPage endCursor } } }`;

/** A job as the API has it; null if there is none of this id for this viewer. */
export async function readJob(id, signal) {
  return (await ask(JOB, { id }, signal)).job;
}

/** How long a video may be: `{ minSeconds, maxSeconds }`. */
export async function readLimits(signal) {
  return (await ask(LIMITS, {}, signal)).limits;
}

/**
 * Have another video made of a job's picture. The new `Job` with its id, or a refusal; asked again with the same `key` it is
 * the same job. Throws as `ask` does.
 */
export async function makeAnother(jobId, options, key, signal) {
  return (await ask(ANOTHER, { jobId, options, key }, signal)).makeAnother;
}

/** A page of the ids of all jobs, newest first: `{ ids, next }`; `next` is what to ask the following page with, or null. */
export async function readIds(after, signal) {
  const { edges, pageInfo } = (await ask(JOBS, { after }, signal)).jobs;
  return { ids: edges.map(({ node }) => node.id), next: pageInfo.hasNextPage ? pageInfo.endCursor : null };
}

/**
 * Every change of a job's progress after the version, as server-sent events, until it has ended or the connection has. Throws
 * when nothing at all has come for so long that the connection must be dead.
 */
export async function* progressOf(id, after, signal) {
  const control = new AbortController();
  let silence;
  const heard = () => {
    clearTimeout(silence);
    silence = setTimeout(() => control.abort(new Error("nothing comes any more")), SILENCE);
  };
  heard();
  try {
    const response = await fetch("/graphql", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
      body: JSON.stringify({ query: FOLLOW, variables: { id, after } }),
      signal: AbortSignal.any([signal, control.signal]),
    });
    if (!response.ok) throw new Error(`status ${response.status}`);
    for await (const event of eventsOf(response.body, heard)) {
      const progress = event.data?.jobProgress;
      if (progress?.__typename === "JobProgress") yield progress;
    }
  } finally {
    clearTimeout(silence);
    control.abort(); // whoever has heard enough holds no connection
  }
}

async function* eventsOf(body, heard) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    heard();
    const blocks = (text + value).split(/\r?\n\r?\n/);
    text = blocks.pop();
    for (const block of blocks) {
      const data = block.split(/\r?\n/).filter((line) => line.startsWith("data:")).map((line) => line.slice(5));
      if (data.length && data.join("").trim()) yield JSON.parse(data.join("\n"));
    }
  }
}
