// The life of one player: what state it is in, when it opens a playback, and how all of it ends.

import { Later } from "./graphql.js";
import { pause } from "./patience.js";
import { isPossible, prepare } from "./protection.js";
import { Refused, hasNoVideo, isStartedOver, isTooSoon } from "./protocol.js";
import { claim, join, take, yieldStage } from "./stage.js";
import { Viewing } from "./viewing.js";

// Part of the player that must be seen before it plays by itself.
const IN_VIEW = 0.6;

// Milliseconds after which a playback is asked for again that came too soon, if nothing is heard of the job before.
const SOON = 3000;

// Milliseconds for which a picture may stand still before it is called stalled: a jump to another place takes some.
const STALLED = 250;

const BROKEN = { says: "player.broken", fix: "player.broken_fix", canRetry: true };
const INSECURE = { says: "player.insecure", fix: "player.insecure_fix" };
const STARTING_OVER = "player.starting_over";

/** What a player shows before anything has happened; see `PlayerLife.seen`. */
export const UNSEEN = { phase: "waiting", note: "", trouble: null, made: 0, isGrowing: false, fps: 0 };

export class PlayerLife {
  #video;
  #job = {};
  #viewing = null;
  #letting = Promise.resolve(); // resolves when the viewing before has let go of the element
  #isWanted = false;
  #isPausedByHand = false;
  #isInView = false;
  #mayOpen = true; // false from when there was nothing to see until there may be
  #control = new AbortController();
  #listeners = new Set();

  /**
   * What is to be shown: `phase` ("waiting", "starting", "playing", "paused", "stalled", "ended" or "refused"), a `note` of
   * a word or two (a message's key), `trouble` (null, or `{ says, fix }` as keys or `{ message, howToFix }` as words, and
   * `canRetry`), seconds `made` while it `isGrowing`, frames a second (`fps`, 0 until known). A new object with every change.
   */
  seen = UNSEEN;

  constructor(frame, video) {
    this.#video = video;
    const { signal } = this.#control;
    for (const [name, react] of Object.entries(this.#reactions())) video.addEventListener(name, react, { signal });
    const watcher = new IntersectionObserver(([entry]) => this.#onView(entry), { threshold: [0, IN_VIEW] });
    watcher.observe(frame);
    const leave = join(this);
    signal.addEventListener("abort", () => {
      watcher.disconnect();
      leave();
    });
  }

  /** Be told of every change of `seen`. Returns how to be told no more. */
  subscribe = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Learn how the job stands: `{ opening, state, attempt, watchable, message, howToFix }`; `opening` as in protocol.js. */
  tell(job) {
    const before = this.#job;
    this.#job = job;
    if (job.watchable && !isPossible) return this.#show({ phase: "refused", trouble: INSECURE });
    if (hasNone(before) && !hasNone(job)) this.#beginAnew();
    const { note, trouble } = this.seen;
    if (hasNone(job) && (this.#viewing?.isGrowing || note || trouble?.canRetry)) this.#stand(job);
    else if (isComing(job) && trouble?.canRetry) this.#startOver();
    else if (note && job.state === "COMPLETED") this.#show({ note: "" });
    if (job.watchable && !(before.watchable && before.attempt === job.attempt)) {
      if (trouble?.canRetry) this.#forget(); // it was said of what was there before
      this.#mayOpen = true;
      this.#offer();
    }
  }

  /** Play or pause, because somebody wants it. */
  toggle = () => {
    this.#isPausedByHand = this.isMoving;
    if (this.isMoving) return this.stop();
    if (!this.#job.watchable || !isPossible) return;
    if (this.seen.trouble) this.#letGo();
    take(this);
  };

  /** Whether it plays, or is about to. */
  get isMoving() {
    return this.#isWanted && this.seen.phase !== "refused";
  }

  /** For the stage: whether it is a part of this element. */
  isWithin(element) {
    return element.contains(this.#video);
  }

  /** For the stage: whether it would play if it could. */
  isReady() {
    const isWilling = this.#isInView && !this.#isPausedByHand && !this.seen.trouble;
    return Boolean(isWilling && this.#mayOpen && this.#job.watchable);
  }

  /** For the stage: play. */
  start() {
    this.#isWanted = true;
    if (!this.#viewing) this.#open();
    this.#viewing.follow(true);
    this.#playIfReady();
  }

  /** For the stage: do not. */
  stop() {
    this.#isWanted = false;
    this.#viewing?.follow(false);
    this.#video.pause();
    if (this.#viewing && this.seen.phase !== "refused") this.#show({ phase: "paused" });
    yieldStage(this);
  }

  /** The player goes. */
  end() {
    this.#isWanted = false;
    this.#listeners.clear();
    this.#control.abort();
    this.#letGo();
  }

  async #open() {
    const viewing = (this.#viewing = new Viewing(this.#video, this.#job.opening, {
      onReady: () => this.#playIfReady(),
      onGrowth: () => this.#show({ made: viewing.made, isGrowing: viewing.isGrowing }),
      onFrameRate: (fps) => this.#show({ fps }),
    }));
    this.#show({ phase: "starting", trouble: null });
    try {
      await this.#letting;
      await viewing.run();
    } catch (error) {
      if (this.#viewing === viewing) this.#onEnd(error);
    }
  }

  #onEnd(error) {
    if (hasNone(this.#job)) return this.#stand(this.#job);
    if (isStartedOver(error) || isTooSoon(error) || isComing(this.#job)) return this.#startOver();
    if (hasNoVideo(error)) return this.#stand(error.told);
    if (error instanceof Refused) return this.#stand({ ...error.told, canRetry: true });
    if (!(error instanceof Later)) console.warn("i2v: the video could not be shown.", error);
    return this.#stand(BROKEN);
  }

  /** Stop where it is and say why over the last picture. What can be tried again gives way to what cannot. */
  #stand({ says, fix, code, message, howToFix, canRetry = false }) {
    if (this.seen.trouble && !this.seen.trouble.canRetry) return;
    this.#viewing?.follow(false);
    this.#show({ phase: "refused", note: "", trouble: { says, fix, code, message, howToFix, canRetry }, isGrowing: false });
    this.stop();
  }

  /** It is tried again: what was said of its end is over, and so is what there was of the video. */
  #beginAnew() {
    this.#isPausedByHand = false;
    this.#forget();
    this.stop();
  }

  #forget() {
    this.#letGo();
    this.#show(UNSEEN);
  }

  /** Back to the poster; from there again when there is something to see. */
  #startOver() {
    this.#mayOpen = false;
    this.#letGo();
    this.#show({ ...UNSEEN, note: this.#job.state === "COMPLETED" ? "" : STARTING_OVER });
    this.stop();
    pause(SOON, this.#control.signal).then(
      () => {
        this.#mayOpen = true;
        this.#offer();
      },
      () => {}, // the player is gone
    );
  }

  #letGo() {
    const viewing = this.#viewing;
    this.#viewing = null;
    if (viewing) this.#letting = Promise.all([this.#letting, viewing.end()]);
  }

  /** There is something to see. What is being made now is news, and may push aside what merely plays. */
  #offer() {
    if (!this.isReady() || this.#viewing) return;
    if (this.#job.state === "PROCESSING") claim(this);
    else yieldStage(this);
  }

  #playIfReady() {
    if (!this.#isWanted || !this.#viewing?.isReady) return;
    this.#video.play().catch((error) => {
      // Refused when the browser saves power or its user wants it so; the play button is there for that.
      if (error.name === "NotAllowedError") this.stop();
    });
  }

  #onView(entry) {
    this.#isInView = entry.intersectionRatio >= IN_VIEW;
    if (this.#isInView) prepare();
    if (!this.#isInView && !document.fullscreenElement && this.#isWanted) this.stop();
    else if (!this.#isWanted) yieldStage(this);
  }

  #reactions() {
    let stalling = 0;
    return {
      playing: () => this.#show({ phase: "playing", note: "" }),
      waiting: () => {
        clearTimeout(stalling);
        stalling = setTimeout(() => {
          const stands = this.#video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA && !this.#video.paused;
          if (stands && this.seen.phase === "playing" && !this.#viewing?.isAtEdge) this.#show({ phase: "stalled" });
        }, STALLED);
      },
      pause: () => {
        clearTimeout(stalling);
        if (this.#video.ended) return; // told of next
        if (this.#video.paused && this.#isWanted && this.#viewing?.isReady) this.stop(); // the browser did it by itself
      },
      ended: () => {
        // One that does not loop has been seen: it waits for a hand to play it again.
        this.#isWanted = false;
        this.#isPausedByHand = true;
        this.#show({ phase: "ended" });
      },
    };
  }

  #show(change) {
    this.seen = { ...this.seen, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** Whether the job ended without a video. */
const hasNone = ({ state }) => state === "FAILED" || state === "CANCELLED";

/** Whether it is being made, and there is nothing to see yet. */
const isComing = ({ state, watchable }) => !watchable && (state === "QUEUED" || state === "PROCESSING");
