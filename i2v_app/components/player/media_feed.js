// Feeds a video element through Media Source Extensions: the element never has an address that leads to a video.

import { once } from "./patience.js";

// Seconds by which a segment's ends may be off in what the browser says it has: one frame and a half at 24 a second. Of a
// segment that is hardly longer, or shorter, half must be there: the last may have a single frame.
const SLACK = 0.0625;

/** Whether this browser can show videos of this type. */
export function canPlay(mimeType) {
  return Boolean(sourceClass()?.isTypeSupported(mimeType));
}

// Safari on iPhones has only the managed kind.
function sourceClass() {
  return globalThis.MediaSource ?? globalThis.ManagedMediaSource;
}

/** A media source and its element. Make it with `MediaFeed.open`. */
export class MediaFeed {
  #video;
  #source;
  #buffer = null;

  constructor(video, source) {
    this.#video = video;
    this.#source = source;
  }

  /** Resolve when the element takes media in. */
  static async open(video, signal) {
    const Source = sourceClass();
    const source = new Source();
    const url = URL.createObjectURL(source);
    try {
      video.src = url;
      await once(source, "sourceopen", signal);
    } finally {
      URL.revokeObjectURL(url); // the element holds on to the source; the address has done its work
    }
    return new MediaFeed(video, source);
  }

  /** Say what is to come: the type, and the length in seconds of the whole. */
  expect(mimeType, duration) {
    this.#buffer = this.#source.addSourceBuffer(mimeType);
    this.#source.duration = duration;
  }

  /** Append one piece. Resolves when the browser has taken it in. */
  async append(bytes, signal) {
    signal.throwIfAborted();
    this.#buffer.appendBuffer(bytes);
    await once(this.#buffer, "updateend", signal);
  }

  /** There is no more after what was appended. Appending again (what the browser threw away) takes that back. */
  finish() {
    if (this.#source.readyState === "open") this.#source.endOfStream();
  }

  /** Resolve when the browser wants data: at once, but where it manages the source itself and has enough. */
  async isHungry(signal) {
    if (this.#source.streaming === false) await once(this.#source, "startstreaming", signal);
  }

  /** Whether the browser has the whole of this stretch, in seconds. It may have thrown away what it once had. */
  has(from, to) {
    const { buffered } = this.#video;
    const slack = Math.min(SLACK, (to - from) / 2);
    for (let n = 0; n < buffered.length; n++) {
      if (buffered.start(n) <= from + slack && buffered.end(n) >= to - slack) return true;
    }
    return false;
  }
}

/** Let go of everything the element holds. */
export function release(video) {
  video.pause();
  video.removeAttribute("src");
  video.load();
}
