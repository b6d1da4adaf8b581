// Deleting with a way back: for a while they are only hidden here, then they are deleted. Whoever leaves the page means it.

import { deleteMany } from "./operations.js";

const WHILE = 7000; // milliseconds
const PORTION = 100; // the API takes so many at once
// Portions that may outlive the page: browsers take 64 KB of such requests, and a portion has some 3.3. What is over is sent
// as well, and arrives if the page stays.
const OUTLIVING = 18;

export class Deletions {
  #list;
  #ask;
  #onTrouble;
  #timer = 0;
  #listeners = new Set();
  #ids = null; // what can still be undone

  /** `ask` as in graphql.js; `onTrouble(refusal)` when some were not deleted: null if nobody answered. */
  constructor(list, ask, onTrouble) {
    this.#list = list;
    this.#ask = ask;
    this.#onTrouble = onTrouble;
  }

  subscribe = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The ids that can still be had back, or null. */
  snapshot = () => this.#ids;

  delete(ids) {
    this.commit();
    this.#list.hide(ids);
    this.#tell(ids);
    this.resume();
  }

  undo() {
    const ids = this.#ids;
    if (!ids) return;
    this.pause();
    this.#tell(null);
    this.#list.hide(ids, false);
  }

  /** The time for undoing stands still, or runs (anew): nobody loses the button under their finger. */
  pause = () => clearTimeout(this.#timer);
  resume = () => {
    this.pause();
    if (this.#ids) this.#timer = setTimeout(() => this.commit(), WHILE);
  };

  /** Delete what can still be undone, now: the page may go meanwhile. */
  async commit() {
    const ids = this.#ids;
    if (!ids) return;
    this.pause();
    this.#tell(null);
    const portions = portionsOf(ids);
    const answers = await Promise.allSettled(portions.map((portion, at) => this.#deleteNow(portion, at < OUTLIVING)));
    const bad = answers.find((answer) => answer.status === "rejected" || answer.value);
    if (bad) this.#onTrouble(bad.value ?? null);
  }

  async #deleteNow(ids, keepalive) {
    let refusal;
    try {
      refusal = await deleteMany(this.#ask, ids, new AbortController().signal, { keepalive });
    } catch (error) {
      this.#list.hide(ids, false);
      throw error;
    }
    if (refusal) this.#list.hide(ids, false);
    else this.#list.remove(ids);
    return refusal;
  }

  #tell(ids) {
    this.#ids = ids;
    for (const listener of this.#listeners) listener();
  }
}

function portionsOf(ids) {
  const portions = [];
  for (let at = 0; at < ids.length; at += PORTION) portions.push(ids.slice(at, at + PORTION));
  return portions;
}
