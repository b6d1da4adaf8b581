// The pictures that are on their way from this browser to the server. One store for the whole page: the button, the
// drop anywhere and the cards all look at it.
//
// They are sent one after the other: the order in line is the order in which they were chosen, and on a slow connection
// the first is there sooner than if all shared it.
//
// An item's `phase`: preparing, framing (the person says what is to stay in the picture), waiting, sending, retrying, held
// (no room on the server yet), sent; refused, failed.

import { showPicture } from "$/public/external/i2v_app/components/choices/choices/shown_picture.js";
import { SHAPES, currentWishes, optionsFor } from "$/public/external/i2v_app/components/choices/choices/wishes.js";
import { newKey } from "$/public/external/i2v_app/components/new_key/new_key.js";

import { makeRoom } from "./own_videos.js";
import { prepare } from "./prepare.js";
import { refusalOfFile, troubleOf } from "./refused_files.js";
import { NotYet, TryAgain, send } from "./upload_request.js";

// Milliseconds before each further attempt after the connection was lost; then the person decides, or the network that is back.
const DELAYS = [1000, 2000, 4000, 8000, 15000];

// Milliseconds before each further attempt while the browser knows of no network, which is for as long as that is so: the
// server may be on this very machine, and none is needed for it.
const OFFLINE_DELAY = 15_000;

// Seconds after which room is asked for at the latest: others may have made some sooner than was said.
const ASK_AGAIN = 10;

const MIDDLE = { x: 0.5, y: 0.5 };

const WAITING = { phase: "waiting", part: 0, trouble: null };

// In these phases a picture is nowhere but here: who leaves the page loses it.
const ONLY_HERE = ["preparing", "framing", "waiting", "sending", "retrying", "held", "failed"];

let items = [];
let limits = { maxBytes: 0, formats: [], longSide: 0 };
let sending = false;
let count = 0;
let shownKey = null;
const listeners = new Set();

export const subscribe = (listener) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
export const snapshot = () => items;

/** What the server takes: `{ maxBytes, formats, longSide }`, as far as it is known. */
export function setLimits(known) {
  limits = known;
}

/** Add files, to be made as is wished now. */
export function add(files) {
  const isFramed = SHAPES[currentWishes().shape] !== null;
  const options = optionsFor(MIDDLE);
  const added = files.map((file) => {
    const trouble = refusalOfFile(file, limits, { mayBeScaled: true });
    return newItem(file.name, { file, options, trouble, phase: trouble ? "refused" : "preparing" });
  });
  items = [...added.toReversed(), ...items]; // newest first, as the cards are
  makeRoom();
  tell();
  for (const item of added) if (item.phase === "preparing") prepareItem(item, isFramed);
}

/** Show a refusal for something that was never a file we could send. `trouble` as in refused_files.js. */
export function refuse(name, trouble) {
  items = [newItem(name, { trouble, phase: "refused" }), ...items];
  tell();
}

/** Take a picture off the list; if it is being sent, stop that. */
export function drop(key) {
  const item = items.find((one) => one.key === key);
  if (!item) return;
  item.control.abort(new DOMException("dropped", "AbortError"));
  items = items.filter((one) => one.key !== key);
  giveBack(key);
  tell();
  sendNext(); // the next may have waited for this one
}

/** Try a picture again that the connection failed. */
export function retry(key) {
  change(key, WAITING);
  sendNext();
}

/** There is a network again: nobody needs to be asked whether to try once more. */
function retryAll() {
  for (const { key, phase } of items) if (phase === "failed") change(key, WAITING);
  sendNext();
}

if (typeof window !== "undefined") window.addEventListener("online", retryAll);

/** Lay the frame of a picture that is being framed around this point, `{ x, y }` as parts of the picture. */
export function setFocus(key, focus) {
  change(key, { focus });
  showItem(key);
}

/** Send all that were framed, each with its own point. */
export function sendFramed() {
  items = items.map((one) => (one.phase === "framing" ? { ...one, phase: "waiting", options: optionsFor(one.focus) } : one));
  tell();
  sendNext();
}

/** Show the choices with this picture. */
export function showItem(key) {
  const item = items.find((one) => one.key === key);
  if (!item?.width) return;
  const before = shownKey;
  shownKey = key;
  showPicture({ url: item.preview, width: item.width, height: item.height, focus: item.focus });
  giveBack(before);
}

/** The page shows these jobs by itself now: their pictures need no place here any more. */
export function arrived(jobIds) {
  for (const item of items) if (item.phase === "sent" && jobIds.includes(item.jobId)) drop(item.key);
}

const previews = new Map(); // addresses of the small copies by key

/** Let go of a small copy that is shown nowhere any more. */
function giveBack(key) {
  if (key === shownKey || items.some((one) => one.key === key) || !previews.has(key)) return;
  URL.revokeObjectURL(previews.get(key));
  previews.delete(key);
}

function newItem(name, given) {
  const key = `upload-${++count}`;
  return { key, once: newKey(), name, preview: "", part: 0, focus: MIDDLE, control: new AbortController(), ...given };
}

async function prepareItem({ key, file }, isFramed) {
  const seen = await prepare(file, limits.longSide);
  if (!items.some((one) => one.key === key)) return; // dropped meanwhile
  if (seen) {
    previews.set(key, URL.createObjectURL(seen.small));
    change(key, { preview: previews.get(key), width: seen.width, height: seen.height });
    if (!items.some((one) => one.phase === "framing")) showItem(key); // who frames one picture looks at that one
  }
  const sent = seen?.scaled ? new File([seen.scaled], file.name, { type: seen.scaled.type }) : file;
  const trouble = refusalOfFile(sent, limits, { mayBeScaled: false });
  if (trouble) change(key, { phase: "refused", trouble });
  else change(key, { file: sent, phase: isFramed && seen ? "framing" : "waiting" });
  sendNext();
}

async function sendNext() {
  // One that is still being prepared is not overtaken; one that a person is framing is.
  const item = items.findLast((one) => one.phase === "waiting" || one.phase === "preparing");
  if (sending || item?.phase !== "waiting") return;
  sending = true;
  try {
    const jobId = await sendPatiently(item);
    change(item.key, { phase: "sent", part: 1, jobId });
  } catch (error) {
    if (error.name !== "AbortError") change(item.key, troubleOf(error));
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
        change(item.key, { phase: "held", part: 0, trouble: error.refusal });
        await comeback(1000 * Math.min(error.refusal.retryAfterSeconds, ASK_AGAIN), signal);
        continue;
      }
      const isOffline = !navigator.onLine;
      if (!(error instanceof TryAgain) || (failures >= DELAYS.length && !isOffline)) throw error;
      change(item.key, { phase: "retrying", part: 0 });
      await comeback(isOffline ? OFFLINE_DELAY : DELAYS[failures++], signal);
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

function change(key, changes) {
  items = items.map((one) => (one.key === key ? { ...one, ...changes } : one));
  tell();
}

function tell() {
  guard();
  for (const listener of listeners) listener();
}

/** Let the browser ask before the page is left while something would be lost. Only then: a page that asks is not kept for "back". */
function guard() {
  const isAsking = items.some((one) => ONLY_HERE.includes(one.phase));
  if (isAsking) addEventListener("beforeunload", askFirst);
  else removeEventListener("beforeunload", askFirst);
}

function askFirst(event) {
  event.preventDefault();
}
