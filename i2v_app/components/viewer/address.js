// Which job is watched large, as the address says it: `?watch=<job id>` on whatever page it lies over. So it can be reloaded,
// opened in another tab, and left with the browser's own way back.

import { useSyncExternalStore } from "react";

const NAME = "watch";
const OPENED = "i2vOpenedHere"; // in the history's state: the entry before it is the page without the viewer

const listeners = new Set();
let isLeaving = false; // a step back is under way: a second would leave the page
const tell = () => listeners.forEach((listener) => listener());

const read = () => new URLSearchParams(location.search).get(NAME);

/** The id of the job that is watched large; null if none is. */
export function useWatched() {
  return useSyncExternalStore(subscribe, read, () => null);
}

/** The address under which a job is watched over the present page. */
export function addressOf(jobId) {
  const address = new URL(location.href);
  if (jobId) address.searchParams.set(NAME, jobId);
  else address.searchParams.delete(NAME);
  return address.pathname + address.search;
}

/** Watch a job large: as a step in the browser's history, unless another is being watched, whose place it takes. */
export function watchLarge(jobId) {
  shown = here();
  if (read()) history.replaceState(history.state, "", addressOf(jobId));
  else history.pushState({ ...history.state, [OPENED]: true }, "", addressOf(jobId));
  tell();
}

/** Back to the page. */
export function leaveLarge() {
  if (!read()) return;
  if (history.state?.[OPENED]) {
    if (!isLeaving) history.back();
    isLeaving = true;
    return;
  }
  history.replaceState(history.state, "", addressOf(null)); // it was opened by its address: there is no page to go back to
  tell();
}

function subscribe(listener) {
  if (!listeners.size) {
    shown = here();
    addEventListener("popstate", onStep, true);
    document.addEventListener("click", onClick);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size) return;
    removeEventListener("popstate", onStep, true);
    document.removeEventListener("click", onClick);
  };
}

let shown = ""; // the page that the viewer lies over

function here() {
  const address = new URL(location.href);
  address.searchParams.delete(NAME);
  return address.pathname + address.search;
}

// Within one page a step of the history is ours alone: the router would load the page's state anew.
function onStep(event) {
  isLeaving = false;
  if (here() === shown) event.stopImmediatePropagation();
  tell();
}

// A link to a video is a link to everybody but a plain click.
function onClick(event) {
  const link = event.target.closest?.("a[data-watch]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  watchLarge(link.dataset.watch);
}
