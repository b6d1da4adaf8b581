// Whether the viewer wants to be told by the browser when a video is ready, and the telling. Asked for by a click alone.

import { useSyncExternalStore } from "react";

const KEY = "tell-me"; // in localStorage
const listeners = new Set();

/** "unable" here, "blocked" by the viewer's browser, "off" or "on". */
function standing() {
  if (typeof Notification === "undefined" || !globalThis.isSecureContext) return "unable";
  if (Notification.permission === "denied") return "blocked";
  return Notification.permission === "granted" && stored() ? "on" : "off";
}

export const useTold = () => useSyncExternalStore(subscribe, standing, () => "unable");

/** Turn it on, which asks the viewer, or off. */
export async function tellMe(isWanted) {
  try {
    if (isWanted && Notification.permission === "default") await Notification.requestPermission();
    localStorage.setItem(KEY, isWanted ? "yes" : "");
  } catch {
    // No storage is allowed: there is nowhere to remember it.
  }
  for (const listener of listeners) listener();
}

/** Tell of a video that is ready, if that is wanted and nobody is looking. Several tabs tell it once. */
export async function tell(id, title, body) {
  if (!document.hidden || standing() !== "on") return;
  const options = { body, tag: id };
  try {
    const notification = new Notification(title, options);
    notification.onclick = () => {
      window.focus();
      notification.close();
    };
  } catch {
    // Android has them from a service worker alone.
    const worker = await navigator.serviceWorker?.getRegistration();
    await worker?.showNotification(title, options).catch(() => {});
  }
}

function stored() {
  try {
    return localStorage.getItem(KEY) === "yes";
  } catch {
    return false;
  }
}

function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
