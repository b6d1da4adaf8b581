// What the gallery asks the API. An item is a job with what a tile shows, times in milliseconds.

const ITEM = `id name createdAt expiresAt thumbnailUrl`;

const LIST = `query Kept($first: Int!, $after: String, $states: [JobState!], $search: String, $orderBy: JobOrder!) {
  jobs(first: $first, after: $after, states: $states, search: $search, orderBy: $orderBy) {
    edges { node { ${ITEM} state progress { percent version } } }
    pageInfo { hasNextPage endCursor }
    totalCount
  } }`;

/** Every event carries the whole item: nothing has to be read again because of one. */
export const CHANGES = `subscription Changes { viewerJobs { __typename
  ... on JobProgress { state percent version job { ${ITEM} } }
  ... on JobDeleted { jobId } } }`;

const BOUNDS = `query Bounds { limits { retentionHours keepAtMostHours } }`;

const DELETE = `mutation DeleteMany($ids: [ID!]!) { deleteJobs(ids: $ids) { __typename
  ... on TryAgain { code message howToFix } } }`;

/** A page of the list: `{ items, total, cursor, hasMore }`. `query`: `{ search, states, orderBy }`. */
export async function readPage(ask, query, first, after, signal) {
  const variables = { first, after, states: query.states, search: query.search || null, orderBy: query.orderBy };
  const { jobs } = await ask(LIST, variables, signal);
  return {
    items: jobs.edges.map(({ node }) => itemOf(node, node.state, node.progress)),
    total: jobs.totalCount,
    cursor: jobs.pageInfo.endCursor,
    hasMore: jobs.pageInfo.hasNextPage,
  };
}

/** The item that an event of `CHANGES` tells of. */
export const itemOfEvent = (event) => itemOf(event.job, event.state, event);

/** How long the operator keeps a video, and at most: `{ retentionHours, keepAtMostHours }`. */
export const readBounds = async (ask, signal) => (await ask(BOUNDS, {}, signal)).limits;

/** Delete up to 100. The refusal, or null when they are gone. `how`: as `ask` takes it. */
export async function deleteMany(ask, ids, signal, how) {
  const { deleteJobs } = await ask(DELETE, { ids }, signal, how);
  return deleteJobs.__typename === "JobsDeleted" ? null : deleteJobs;
}

/** Keep up to 20 until then (a Date): `{ kept: items' new times by id, refusal }`, the first refusal or null. */
export async function keepMany(ask, ids, until, signal) {
  const names = ids.map((_, index) => `$id${index}: ID!`).join(" ");
  const fields = ids.map((_, index) => `k${index}: keepJob(id: $id${index}, until: $until) { ...Answer }`).join("\n");
  const query = `mutation KeepMany($until: DateTime!, ${names}) { ${fields} }
    fragment Answer on KeepResult { __typename ... on Job { id expiresAt } ... on Refusal { code message howToFix } }`;
  const variables = { until: until.toISOString(), ...Object.fromEntries(ids.map((id, index) => [`id${index}`, id])) };
  const answers = Object.values(await ask(query, variables, signal));
  return {
    kept: new Map(answers.filter(isJob).map((job) => [job.id, Date.parse(job.expiresAt)])),
    refusal: answers.find((answer) => !isJob(answer)) ?? null,
  };
}

const isJob = (answer) => answer.__typename === "Job";

const itemOf = (job, state, progress) => ({
  id: job.id,
  name: job.name,
  state,
  createdAt: Date.parse(job.createdAt),
  expiresAt: job.expiresAt ? Date.parse(job.expiresAt) : null,
  thumbnail: job.thumbnailUrl,
  percent: Math.floor(progress.percent),
  version: progress.version,
});
