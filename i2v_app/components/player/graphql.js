// Asks the API from the browser. Nothing of a playback passes through the page's server-side state.

import { SILENCE } from "./silence.js";

// Answers that say "later": overloaded, restarting, or a front that lost its backend for a moment.
const LATER = new Set([408, 425, 429, 500, 502, 503, 504]);

/** The request may succeed if it is made again. */
export class Later extends Error {}

/** The `data` of an operation. Throws `Later` when it is worth trying again, `Error` otherwise. `keepalive`: it outlives the page. */
export async function ask(query, variables, signal, { keepalive = false } = {}) {
  let response, answer;
  try {
    response = await fetch("/graphql", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ query, variables }),
      keepalive,
      signal: AbortSignal.any([signal, AbortSignal.timeout(SILENCE)]),
    });
    if (LATER.has(response.status)) throw new Later(`status ${response.status}`);
    answer = await response.json();
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof Later ? error : new Later("no answer");
  }
  if (!answer.data) throw new Error(answer.errors?.[0]?.message ?? "no data");
  return answer.data;
}
