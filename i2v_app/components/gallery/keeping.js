// Keeping many for longer: so many at a time, each until the same moment.

import { keepMany } from "./operations.js";

const PORTION = 20; // mutations in one request

/** Keep these items until then (milliseconds), where that is later: `{ refusal, isAnswered }`. What was kept is in the list. */
export async function keepAll(list, ask, items, until) {
  const ids = items.filter((item) => item.expiresAt < until).map((item) => item.id);
  for (let at = 0; at < ids.length; at += PORTION) {
    try {
      const answer = await keepMany(ask, ids.slice(at, at + PORTION), new Date(until), new AbortController().signal);
      list.keep(answer.kept);
      if (answer.refusal) return { refusal: answer.refusal, isAnswered: true };
    } catch {
      return { refusal: null, isAnswered: false };
    }
  }
  return { refusal: null, isAnswered: true };
}
