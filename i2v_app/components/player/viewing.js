// One viewing of a video on one element: fetches what the browser does not have yet, appends it, and follows a video that is
// still being made until it is whole.

import { frameRate } from "./frame_rate.js";
import { GrowingEdge } from "./growing_edge.js";
import { MediaFeed, canPlay, release } from "./media_feed.js";
import { canStart } from "./pace.js";
import { once } from "./patience.js";
import { openSession } from "./playback_session.js";
import { protect } from "./protection.js";
import { Refused, isOver } from "./protocol.js";

// Requests under way at once. Two hide the round trip; more would only let the first frame wait for later ones.
const AHEAD = 2;

// Milliseconds for which the first picture may keep the next segment from being fetched.
const PICTURE = 300;

const CANNOT = { says: "player.cannot", fix: "player.cannot_fix" };

export class Viewing {
  #video;
  #opening;
  #control = new AbortController();
  #decrypting = null; // promise of the decryption
  #decryption;
  #session;
  #initOf = null; // the session whose init segment was appended last
  #feed;
  #edge;
  #bell = new EventTarget(); // "news": there may be something to fetch; "follow": whether to follow has changed
  #poll = null; // AbortController of the wait for the next segment
  #follows = true;
  #coming = []; // what was asked for and is not appended yet, in this order: `{ index, piece }`
  #fresh = new Set(); // segments appended since the last seek: not asked for twice, whatever the browser says it has
  #began = 0;
  #appended = 0; // segments since then, wherever they belong
  #isReady = false;
  #renewing = null; // promise of the next playback, while it is being opened

  /**
   * `opening` opens a playback, see protocol.js. `onReady` is called once, when playing would not stop again at once;
   * `onGrowth` when more of the video is there; `onFrameRate` once, with its frames a second.
   */
  constructor(video, opening, { onReady, onGrowth, onFrameRate }) {
    this.#video = video;
    this.#opening = opening;
    this.onReady = onReady;
    this.onGrowth = onGrowth;
    this.onFrameRate = onFrameRate;
  }

  /** Whether the video is still being made. */
  get isGrowing() {
    return Boolean(this.#session) && !this.#session.complete;
  }

  /** Whether the picture stands at the end of the part that is made. */
  get isAtEdge() {
    return Boolean(this.#edge?.isHere);
  }

  /** Whether there is a picture, and it may play. */
  get isReady() {
    return this.#isReady;
  }

  /** Seconds of the video that are made. */
  get made() {
    const { segmentCount, segmentSeconds, duration, complete } = this.#session ?? {};
    return complete ? duration : Math.min(segmentCount * segmentSeconds, duration) || 0;
  }

  /** Go on until something ends it, and throw that: `Refused`, another error, or the abort of `end`. */
  async run() {
    const { signal } = this.#control;
    signal.throwIfAborted(); // it was ended before its turn came: the element is another's
    try {
      await this.#begin(signal);
      await Promise.all([this.#fill(signal), this.#follow(signal)]);
    } finally {
      this.#control.abort(); // when one of the two fails the other ends too; the picture stays
    }
  }

  /** Follow the growth or, while nobody looks, do not: each wait holds one of the few connections a browser makes. */
  follow(wanted) {
    if (this.#follows === wanted) return;
    this.#follows = wanted;
    if (!wanted) this.#poll?.abort();
    this.#ring("follow");
  }

  /** Stop, and let go of picture, keys and connections. Resolves when the element can be used again. */
  async end() {
    this.#control.abort();
    release(this.#video);
    await (await this.#decrypting)?.release();
  }

  async #begin(signal) {
    this.#video.addEventListener("error", () => this.#onElementError(), { signal });
    this.#video.addEventListener("seeking", () => this.#onSeeking(), { signal });
    const opening = MediaFeed.open(this.#video, signal); // all that can be done meanwhile is
    opening.catch(() => {});
    this.#decrypting = protect(this.#video);
    this.#decryption = await this.#decrypting;
    this.#adopt(await openSession(this.#opening, this.#decryption, signal));
    if (!canPlay(this.#session.mimeType)) throw new Refused(CANNOT);
    this.#began = performance.now();
    this.#coming.push(this.#fetch(0, signal));
    this.#edge = new GrowingEdge(this.#video, () => this.isGrowing, signal);
    this.#feed = await opening;
    this.#feed.expect(this.#session.mimeType, this.#session.duration);
    this.onGrowth();
  }

  #adopt(session) {
    session.unlocked.catch((error) => this.#control.abort(error));
    this.#session = session;
  }

  async #fill(signal) {
    const coming = this.#coming;
    for (;;) {
      for (const ahead = this.#isReady ? AHEAD : 1; coming.length < ahead; ) {
        const index = this.#nextMissing();
        if (index === null) break;
        coming.push(this.#fetch(index, signal));
      }
      if (coming.length) {
        const { index, piece } = coming.shift();
        await this.#append(index, ...(await piece), signal);
      } else {
        if (this.#session.complete) this.#feed.finish();
        this.#startIfReady(); // a seek may have left nothing to fetch
        await once(this.#bell, "news", signal);
      }
    }
  }

  #fetch(index, signal) {
    const piece = this.#with(async (session) => [session, await session.fetchSegment(index, signal)], signal);
    piece.catch(() => {}); // whoever awaits it hears of it; an abort before that is no news
    return { index, piece };
  }

  /** The first segment from where the picture is that the browser does not have; null if it has them all. */
  #nextMissing() {
    const { segmentSeconds, duration, segmentCount } = this.#session;
    for (let index = this.#place; index < segmentCount; index++) {
      const isOnItsWay = this.#fresh.has(index) || this.#coming.some((one) => one.index === index);
      const end = Math.min((index + 1) * segmentSeconds, duration);
      if (!isOnItsWay && !this.#feed.has(index * segmentSeconds, end)) return index;
    }
    return null;
  }

  /** The segment that the picture is in. */
  get #place() {
    return Math.floor(this.#video.currentTime / this.#session.segmentSeconds + 0.01);
  }

  async #append(index, session, bytes, signal) {
    await this.#feed.isHungry(signal);
    if (this.#initOf !== session) {
      const init = await session.init;
      if (!this.#initOf) this.onFrameRate(frameRate(init, bytes));
      await this.#feed.append(init, signal);
      this.#initOf = session;
    }
    await this.#feed.append(bytes, signal);
    this.#fresh.add(index);
    this.#appended++;
    this.#edge.look();
    if (this.#startIfReady()) await this.#firstPicture(signal);
  }

  /** Start, if it may and has not yet: from where the picture is, which need not be the beginning. Returns whether it did. */
  #startIfReady() {
    if (this.#isReady) return false;
    const { segmentCount, segmentSeconds } = this.#session;
    const have = (this.#nextMissing() ?? segmentCount) - this.#place;
    const each = (performance.now() - this.#began) / 1000 / this.#appended;
    this.#isReady = canStart(have, segmentCount - this.#place, segmentSeconds, each);
    if (this.#isReady) this.onReady();
    return this.#isReady;
  }

  /** Resolve when the first picture is there, or was to be: until then, fetching more would only take its processor. */
  async #firstPicture(signal) {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(PICTURE)]);
    if (this.#video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) await once(this.#video, "loadeddata", patience).catch(() => {});
    signal.throwIfAborted();
  }

  async #follow(signal) {
    while (!this.#session.complete) {
      if (!this.#follows) {
        await once(this.#bell, "follow", signal);
        continue;
      }
      const poll = (this.#poll = new AbortController());
      const either = AbortSignal.any([signal, poll.signal]);
      try {
        await this.#with((session) => session.grow(either), signal);
      } catch (error) {
        if (!poll.signal.aborted || signal.aborted) throw error;
        continue;
      }
      this.onGrowth();
      this.#ring("news");
    }
  }

  /** Do something with the playback; when it has ended meanwhile, quietly open another and do it with that. */
  async #with(action, signal) {
    for (;;) {
      const session = this.#session;
      try {
        return await action(session);
      } catch (error) {
        if (!isOver(error)) throw error;
        await (this.#renewing ??= this.#renew(session, signal).finally(() => (this.#renewing = null)));
      }
    }
  }

  async #renew(stale, signal) {
    if (this.#session !== stale) return;
    const session = await openSession(this.#opening, this.#decryption, signal);
    if (session.attempt !== stale.attempt || session.segmentCount < stale.segmentCount) {
      throw new Refused({ code: "PLAYBACK_STARTED_OVER" });
    }
    this.#adopt(session);
  }

  #onSeeking() {
    this.#fresh.clear();
    this.#ring("news");
  }

  #onElementError() {
    if (this.#video.getAttribute("src")) this.#control.abort(new Error(this.#video.error?.message));
  }

  #ring(name) {
    this.#bell.dispatchEvent(new Event(name));
  }
}
