// The list as this browser knows it: pages read as far as they are wanted, kept true by the API's events. Of the API's order
// and search it only assumes what it can know; for the rest it reads again, quietly. It knows nothing of React.

import { Later } from "$/public/external/i2v_app/components/player/player/graphql.js";

import { itemOfEvent, readPage } from "./operations.js";

const PAGE = 100; // as many as the API gives at once
const PATIENCE = [300, 1000, 2000, 4000, 8000];
// Milliseconds before the list is read again after a change, and at least between two such readings.
const SOON = 150;
const SELDOM = 2000;

export class VideoList {
  #ask;
  #query = null;
  #items = [];
  #total = 0;
  #cursor = null;
  #hasMore = true;
  #isOther = true; // the items are those of another query, shown until this one's are there
  #isStale = false;
  #isInTrouble = false;
  #wanted = PAGE;
  #hidden = new Set();
  #news = new Map(); // the newest that events have said, by id: a page on its way may be older
  #gone = new Set();
  #elsewhere = new Map(); // jobs that are not among those read, with the state in which they were looked for
  #work = null;
  #timer = 0;
  #readAt = 0;
  #listeners = new Set();
  #whenAll = [];
  #snapshot = { items: [], total: 0, query: null, isKnown: false, isInTrouble: false };

  constructor(ask) {
    this.#ask = ask;
  }

  subscribe = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** `{ items, total, query, isKnown, isInTrouble }`: the first of the `total` jobs that match `query`. */
  snapshot = () => this.#snapshot;

  /** Show what matches `{ search, states, orderBy }` (`states`: null for all). What was shown stays until it is there. */
  show(query) {
    // At first more may be wanted already: by who comes back to where they were.
    if (this.#query) this.#wanted = PAGE;
    this.#query = query;
    this.#cursor = null;
    this.#hasMore = this.#isOther = true;
    this.#isStale = false;
    this.#elsewhere.clear();
    this.#tellAll(null);
    this.#restart();
  }

  /** Have at least so many. */
  want = (count) => {
    if (count <= this.#wanted) return;
    this.#wanted = count;
    this.#go();
  };

  /** Have all; resolves with them, or with null if something else is to be shown meanwhile or they cannot be read. */
  all() {
    return new Promise((resolve) => {
      this.#whenAll.push(resolve);
      this.want(Infinity);
      this.#go();
    });
  }

  /** Read again what has been read, without a flash. */
  refresh() {
    if (this.#timer) return;
    const wait = Math.max(SOON, this.#readAt + SELDOM - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      this.#isStale = !this.#isOther;
      this.#go();
    }, wait);
  }

  /** Take in an event of the API. */
  apply(event) {
    if (event.__typename === "JobDeleted") return this.remove([event.jobId]);
    const item = itemOfEvent(event);
    if (item.version < (this.#news.get(item.id)?.version ?? 0)) return;
    this.#news.set(item.id, item);
    if (this.#isOther) return;
    const at = this.#items.findIndex(({ id }) => id === item.id);
    if (at >= 0) this.#change(at, item);
    else if (this.#matches(item)) this.#arrive(item);
  }

  /** These are gone. */
  remove(ids) {
    for (const id of ids) this.#gone.add(id);
    const left = this.#items.filter(({ id }) => !this.#gone.has(id));
    const isPartly = this.#items.length - left.length < ids.length;
    this.#total -= this.#items.length - left.length;
    this.#items = left;
    for (const id of ids) this.#hidden.delete(id);
    if (isPartly && this.#hasMore) this.refresh();
    this.#publish();
  }

  /** Leave these out, or show them again: they may be deleted soon. */
  hide(ids, isHidden = true) {
    for (const id of ids) isHidden ? this.#hidden.add(id) : this.#hidden.delete(id);
    this.#publish();
    this.#go();
  }

  /** When these will be deleted, in milliseconds by id. */
  keep(times) {
    this.#items = this.#items.map((item) => (times.has(item.id) ? { ...item, expiresAt: times.get(item.id) } : item));
    for (const [id, expiresAt] of times) if (this.#news.has(id)) this.#news.get(id).expiresAt = expiresAt;
    if (this.#query.orderBy === "EXPIRES_FIRST") this.refresh();
    this.#publish();
  }

  close() {
    clearTimeout(this.#timer);
    this.#work?.abort();
  }

  #change(at, item) {
    const before = this.#items[at];
    if (item.version < before.version) return;
    if (!this.#matches(item)) {
      this.#items = this.#items.toSpliced(at, 1);
      this.#total -= 1;
    } else {
      this.#items = this.#items.with(at, item);
      if (this.#query.orderBy === "EXPIRES_FIRST" && before.expiresAt !== item.expiresAt) this.refresh();
    }
    this.#publish();
  }

  /** A job that matches, and is not among those read: a new one, or one that lies further down. */
  #arrive(item) {
    const { orderBy, search } = this.#query;
    const isAbove = (other) => other.createdAt > item.createdAt || (other.createdAt === item.createdAt && other.id > item.id);
    if (orderBy === "NEWEST" && !search && !this.#items.some((other) => !isAbove(other)) && this.#hasMore) {
      // Below all that was read: it is counted already, unless its state has just begun to match.
      if (this.#query.states) this.#lookFor(item);
    } else if (orderBy === "NEWEST" && !search) {
      const at = this.#items.findIndex((other) => !isAbove(other));
      this.#items = this.#items.toSpliced(at < 0 ? this.#items.length : at, 0, item);
      this.#total += 1;
      this.#publish();
    } else this.#lookFor(item);
  }

  #lookFor(item) {
    if (this.#elsewhere.get(item.id) === item.state) return;
    this.#elsewhere.set(item.id, item.state);
    this.refresh();
  }

  #matches = (item) => !this.#query.states || this.#query.states.includes(item.state);

  #restart() {
    this.#work?.abort();
    this.#work = null;
    this.#go();
  }

  /** One reading after another until there is nothing more to read. */
  async #go() {
    if (this.#work || !this.#query) return;
    const { signal } = (this.#work = new AbortController());
    let failures = 0;
    while (!signal.aborted) {
      try {
        if (this.#isStale) await this.#readAgain(signal);
        else if (this.#hasMore && this.#shown().length < this.#wanted) await this.#readOn(signal);
        else break;
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        this.#isInTrouble = true;
        this.#publish();
        if (!(error instanceof Later)) break;
        await new Promise((resolve) => setTimeout(resolve, PATIENCE[Math.min(failures++, PATIENCE.length - 1)]));
      }
    }
    if (signal.aborted) return;
    this.#work = null;
    this.#tellAll(this.#hasMore ? null : this.#snapshot.items);
  }

  #tellAll(items) {
    for (const resolve of this.#whenAll.splice(0)) resolve(items);
  }

  async #readOn(signal) {
    const page = await readPage(this.#ask, this.#query, PAGE, this.#cursor, signal);
    signal.throwIfAborted();
    this.#take(this.#isOther ? page.items : [...this.#items, ...page.items], page);
  }

  async #readAgain(signal) {
    this.#isStale = false; // what changes from here on makes it stale again
    const wanted = this.#items.length;
    let items = [];
    let page = { cursor: null };
    try {
      do {
        page = await readPage(this.#ask, this.#query, PAGE, page.cursor, signal);
        items = items.concat(page.items);
      } while (page.hasMore && items.length < wanted);
    } catch (error) {
      this.#isStale = true;
      throw error;
    }
    signal.throwIfAborted();
    this.#take(items, page);
  }

  #take(items, { total, cursor, hasMore }) {
    const known = new Map(items.map((item) => [item.id, item])); // a job may have moved from one page to the next
    const isNewer = (item) => (this.#news.get(item.id)?.version ?? 0) > item.version;
    const now = [...known.values()].map((item) => (isNewer(item) ? this.#news.get(item.id) : item));
    const kept = now.filter((item) => !this.#gone.has(item.id) && this.#matches(item));
    this.#items = kept;
    this.#total = Math.max(total - (known.size - kept.length), kept.length);
    this.#cursor = cursor;
    this.#hasMore = hasMore;
    if (!hasMore) this.#total = kept.length;
    this.#isOther = this.#isInTrouble = false;
    this.#readAt = performance.now();
    this.#publish();
  }

  #shown = () => (this.#hidden.size ? this.#items.filter(({ id }) => !this.#hidden.has(id)) : this.#items);

  #publish() {
    const items = this.#shown();
    this.#snapshot = {
      items,
      total: this.#total - (this.#items.length - items.length),
      query: this.#isOther ? this.#snapshot.query : this.#query,
      isKnown: !this.#isOther || this.#snapshot.isKnown,
      isInTrouble: this.#isInTrouble,
    };
    for (const listener of this.#listeners) listener();
  }
}
