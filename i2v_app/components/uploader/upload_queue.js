// The pictures that are on their way from this browser to the server. One store for the whole page: the button, the
// drop anywhere and the cards all look at it.
//
// They are sent one after the other: the order in line is the order in which they were chosen, and on a slow connection
// the first is there sooner than if all shared it.

import { NotYet, Refused, TryAgain, send } from "./upload_request.js";

// Milliseconds before each further attempt after the connection was lost; then the person decides.
const DELAYS = [1000, 2000, 4000, 8000, 15000];

// Seconds after which room is asked for at the latest: others may have made some sooner than was said.
const ASK_AGAIN = 10;

let items = [];
let sending = false;
let count = 0;
const listeners = new Set();

export const subscribe = (listener) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
export const snapshot = () => items;

/** Add files. `limits` is `{ maxBytes, formats }`, `options` the `VideoOptions` that they are to be made with. */
export function add(files, limits, options) {
  const added = files.map((file) => {
    const refusal = refusalOf(file, limits);
    return {
      key: `upload-${++count}`,
      once: newKey(),
      file,
      options,
      name: file.name || "Pasted picture",
      preview: refusal?.notPicture ? "" : URL.createObjectURL(file),
      phase: refusal ? "refused" : "waiting",
      part: 0,
      message: refusal?.message ?? "",
      howToFix: refusal?.howToFix ?? "",
      control: new AbortController(),
    };
  });
  items = [...added.reverse(), ...items]; // newest first, as the cards are
  tell();
  sendNext();
}

/** Show a refusal for something that was never a file we could send. */
export function refuse(name, message, howToFix) {
  const key = `upload-${++count}`;
  items = [{ key, name, preview: "", phase: "refused", part: 0, message, howToFix, control: new AbortController() }, ...items];
  tell();
}

/** Take a picture off the list; if it is being sent, stop that. */
export function drop(key) {
  const item = items.find((one) => one.key === key);
  if (!item) return;
  item.control.abort(new DOMException("dropped", "AbortError"));
  if (item.preview) URL.revokeObjectURL(item.preview);
  items = items.filter((one) => one.key !== key);
  tell();
}

/** Try a picture again that the connection failed. */
export function retry(key) {
  change(key, { phase: "waiting", part: 0, message: "", howToFix: "" });
  sendNext();
}

/** The page shows these jobs by itself now: their pictures need no place here any more. */
export function arrived(jobIds) {
  for (const item of items) if (item.phase === "sent" && jobIds.includes(item.jobId)) drop(item.key);
}

async function sendNext() {
  const item = items.findLast((one) => one.phase === "waiting");
  if (sending || !item) return;
  sending = true;
  try {
    const jobId = await sendPatiently(item);
    change(item.key, { phase: "sent", part: 1, jobId });
  } catch (error) {
    if (error.name !== "AbortError") change(item.key, explained(error));
  } finally {
    sending = false;
  }
  sendNext();
}

async function sendPatiently(item) {
  const { signal } = item.control;
  for (let failures = 0; ; ) {
    change(item.key, { phase: "sending", part: 0 });
    try {
      return await send(item.file, item.options, item.once, (part) => change(item.key, { part }), signal);
    } catch (error) {
      if (error instanceof NotYet) {
        change(item.key, { phase: "held", part: 0, message: error.message });
        await comeback(1000 * Math.min(error.seconds, ASK_AGAIN), signal);
        continue;
      }
      if (!(error instanceof TryAgain) || failures >= DELAYS.length) throw error;
      change(item.key, { phase: "retrying", part: 0, message: error.message });
      await comeback(DELAYS[failures++], signal);
    }
  }
}

/** Wait so long, or until the browser says that it is online again. */
function comeback(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener("online", end);
      signal.removeEventListener("abort", end);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    };
    const timer = setTimeout(end, milliseconds);
    addEventListener("online", end);
    signal.addEventListener("abort", end);
  });
}

function refusalOf(file, limits) {
  if (file.type && !file.type.startsWith("image/")) {
    return {
      notPicture: true,
      message: "This is not a picture.",
      howToFix: limits.formats.length ? `Choose ${limits.formats.join(", ")}.` : "Choose a photo.",
    };
  }
  if (file.size === 0) return { notPicture: true, message: "This file is empty.", howToFix: "Choose another picture." };
  if (limits.maxBytes && file.size > limits.maxBytes) {
    return {
      message: `This picture has ${megabytes(file.size)} MB; at most ${megabytes(limits.maxBytes)} MB are taken.`,
      howToFix: "Save it smaller or with stronger compression, then add it again.",
    };
  }
  return null;
}

function explained(error) {
  if (error instanceof Refused) return { phase: "refused", message: error.message, howToFix: error.howToFix };
  return { phase: "failed", message: "This picture could not be sent.", howToFix: "Check your connection, then try again." };
}

/** A text that no other upload has. Not `randomUUID`: it is missing where the page came over plain http. */
function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const megabytes = (bytes) => (bytes / 1e6).toFixed(bytes % 1e6 ? 1 : 0);

function change(key, changes) {
  items = items.map((one) => (one.key === key ? { ...one, ...changes } : one));
  tell();
}

function tell() {
  for (const listener of listeners) listener();
}
