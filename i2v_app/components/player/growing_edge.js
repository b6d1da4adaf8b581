// The end of the part that is made so far. The picture holds there for a moment, in case the next segment is about to come,
// and then the part is shown again from the start.

// Milliseconds: long enough to read as a breath, short enough not to look stuck.
const HOLD = 600;

// Seconds before the end of the part at which the picture counts as being there: decoders keep a frame or two back.
const NEAR = 0.2;

// Seconds before the end at which it is there whatever the browser says: Firefox claims future data where there is none.
const AT = 0.02;

/** Watches an element while `isGrowing()` says that its video is still being made. */
export class GrowingEdge {
  #video;
  #isGrowing;
  #timer = 0;

  constructor(video, isGrowing, signal) {
    this.#video = video;
    this.#isGrowing = isGrowing;
    for (const name of ["playing", "waiting", "timeupdate", "pause", "seeked"]) {
      video.addEventListener(name, () => this.look(), { signal });
    }
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  /** Whether the picture stands at the end of the part, which is no fault of the network. */
  get isHere() {
    const { currentTime, readyState } = this.#video;
    const near = readyState < HTMLMediaElement.HAVE_FUTURE_DATA ? NEAR : AT;
    return this.#isGrowing() && currentTime > 0 && this.#left() < near;
  }

  /** Something has changed: work out anew when the picture will have held long enough. Browsers tell of the stop itself late or never. */
  look() {
    clearTimeout(this.#timer);
    if (!this.#isGrowing() || this.#video.paused) return;
    this.#timer = setTimeout(() => this.#again(), 1000 * Math.max(0, this.#left()) + HOLD);
  }

  #again() {
    if (this.isHere && !this.#video.paused) this.#video.currentTime = 0;
    else this.look();
  }

  /** Seconds from where the picture is to the end of the part. */
  #left() {
    const { buffered, currentTime } = this.#video;
    return buffered.length ? buffered.end(buffered.length - 1) - currentTime : 0;
  }
}
