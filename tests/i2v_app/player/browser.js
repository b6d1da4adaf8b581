// As much of a browser and of a server as the player needs, for tests under Node: no picture, no network, and time that
// passes only when it is told to. Segment n is one byte, n, and half a second long.

import { mock } from "node:test";
import { setImmediate as turn } from "node:timers/promises";

const INIT = 255;
const LENGTH = 0.5;

// Milliseconds after which what is waited for is not going to come.
const PATIENCE = 20_000;

let now = 0;
mock.timers.enable({ apis: ["setTimeout"] });
performance.now = () => now;

/** Let milliseconds pass. */
export function pass(milliseconds) {
  now += milliseconds;
  mock.timers.tick(milliseconds);
}

/** Resolve when `condition()` holds. */
export async function until(condition, what = String(condition)) {
  for (const end = Date.now() + PATIENCE; !condition(); await turn()) {
    if (Date.now() > end) throw new Error(`it never came: ${what}`);
  }
}

globalThis.isSecureContext = true;
globalThis.document = { fullscreenElement: null };
globalThis.HTMLMediaElement = { HAVE_CURRENT_DATA: 2, HAVE_FUTURE_DATA: 3 };
globalThis.IntersectionObserver = class {
  constructor(told) {
    setImmediate(() => told([{ intersectionRatio: 1 }])); // everything is in view
  }
  observe() {}
  disconnect() {}
};
URL.createObjectURL = (source) => source;
URL.revokeObjectURL = () => {};

/** Whether the visitor would rather not see things move by themselves. */
export const visitor = { wantsCalm: false };
globalThis.matchMedia = () => ({ matches: visitor.wantsCalm });

class SourceBuffer extends EventTarget {
  constructor(source) {
    super();
    this.source = source;
  }
  appendBuffer([what]) {
    if (what !== INIT) this.source.has.add(what);
    this.source.readyState = "open";
    setImmediate(() => this.dispatchEvent(new Event("updateend")));
  }
}

globalThis.MediaSource = class extends EventTarget {
  static isTypeSupported = () => true;
  readyState = "open";
  has = new Set();
  constructor() {
    super();
    setImmediate(() => this.dispatchEvent(new Event("sourceopen")));
  }
  addSourceBuffer() {
    return new SourceBuffer(this);
  }
  endOfStream() {
    this.readyState = "ended";
  }
};

/** A video element. It counts how often it was played. */
export class Video extends EventTarget {
  src = null;
  paused = true;
  readyState = 2;
  plays = 0;
  #place = 0;

  get currentTime() {
    return this.#place;
  }
  set currentTime(place) {
    this.#place = place;
    this.dispatchEvent(new Event("seeking"));
  }
  get buffered() {
    const has = [...(this.src?.has ?? [])].sort((a, b) => a - b);
    return { length: has.length, start: (n) => has[n] * LENGTH, end: (n) => (has[n] + 1) * LENGTH };
  }
  getAttribute() {
    return this.src;
  }
  removeAttribute() {
    this.src = null;
    this.#place = 0;
  }
  load() {}
  async play() {
    this.plays++;
    this.paused = false;
    this.dispatchEvent(new Event("playing"));
  }
  pause() {
    this.paused = true;
  }
}

/** One video and what is asked of it. Change its fields to change what is answered. */
export class Server {
  #key = crypto.getRandomValues(new Uint8Array(16));
  #waiting = new Map(); // by segment: how its request is answered
  made;
  length;
  complete;
  attempt = 1;
  opened = 0;
  asked = []; // segments, in the order of the requests
  refusal = null; // what playbackTickets answers instead, as the API does

  constructor({ made, length = made }) {
    Object.assign(this, { made, length, complete: made === length });
    globalThis.fetch = (url, options) => (url === "/graphql" ? this.#tickets(options) : this.#media(url, options));
  }

  /** What a job is told by: see protocol.js. */
  opening = async (publicKey) => {
    this.opened++;
    return {
      id: "playback",
      mimeType: "video/mp4",
      segmentCount: this.made,
      complete: this.complete,
      durationSeconds: this.length * LENGTH,
      segmentSeconds: LENGTH,
      attempt: this.attempt,
      licence: await this.#licence(publicKey),
      initSegment: Buffer.from(await this.#sealed(INIT, -1)).toString("base64"),
      tickets: this.#some([-1, ...Array(this.made).keys()]),
    };
  };

  /** Resolve when the segment has been asked for, and answer: with its bytes, or what else `answer` says. */
  async send(index, answer) {
    await until(() => this.#waiting.has(index), `segment ${index} being asked for`);
    this.#waiting.get(index)(answer ?? new Response(await this.#sealed(index, index)));
    this.#waiting.delete(index);
  }

  /** The bytes of a segment as they are sent. */
  bytes(index) {
    return this.#sealed(index, index);
  }

  #media(url, { signal }) {
    const index = Number(url.split("/").at(-1));
    this.asked.push(index);
    return new Promise((resolve, reject) => {
      this.#waiting.set(index, (answer) => resolve(endedBy(signal, answer)));
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  }

  async #tickets({ body, signal }) {
    const { indexes } = JSON.parse(body).variables;
    const isWaiting = !this.refusal && !this.complete && !indexes.some((index) => index < this.made);
    if (isWaiting) await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const tickets = this.#some(indexes.filter((index) => index < this.made));
    const given = { __typename: "Tickets", tickets, segmentCount: this.made, complete: this.complete };
    return Response.json({ data: { playbackTickets: this.refusal ?? given } });
  }

  #some(indexes) {
    return indexes.map((index) => ({ index, value: `ticket ${index}` }));
  }

  async #sealed(what, index) {
    const key = await crypto.subtle.importKey("raw", this.#key, "AES-GCM", false, ["encrypt"]);
    const nonce = crypto.getRandomValues(new Uint8Array(12));
    const additionalData = new TextEncoder().encode(`playback/${index}`);
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData }, key, Uint8Array.of(what));
    return new Uint8Array([...nonce, ...new Uint8Array(sealed)]);
  }

  async #licence(publicKey) {
    const curve = { name: "ECDH", namedCurve: "P-256" };
    const text = (words) => new TextEncoder().encode(words);
    const own = await crypto.subtle.generateKey(curve, true, ["deriveBits"]);
    const theirs = await crypto.subtle.importKey("raw", Buffer.from(publicKey, "base64url"), curve, false, []);
    const secret = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, own.privateKey, 256);
    const hkdf = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: text("i2v licence playback") };
    const shared = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
    const key = await crypto.subtle.deriveKey(hkdf, shared, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const keys = text(JSON.stringify({ keys: [{ kid: "key", k: inText(this.#key) }] }));
    const wrapped = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: text("playback") }, key, keys);
    const raw = await crypto.subtle.exportKey("raw", own.publicKey);
    return { publicKey: inText(raw), iv: inText(iv), wrapped: inText(wrapped), keyId: "key" };
  }
}

/** The answer, which comes to an end when its request is aborted. */
const endedBy = (signal, answer) =>
  answer.body ? new Response(answer.body.pipeThrough(new TransformStream(), { signal }), answer) : answer;

const inText = (bytes) => Buffer.from(bytes).toString("base64url");
