// What only the browser knows of the connection: that there is no network, and that the machine has just woken.

import { useEffect, useSyncExternalStore } from "react";

const NAP = 5_000; // milliseconds between two looks at the clock
const ASLEEP = 3 * NAP; // a gap this long between them: the machine slept

/** Its first child while the browser has no network, the second otherwise. What was lost is taken up again at once. */
export function WhereOffline({ children }) {
  useEffect(() => {
    let looked = Date.now();
    const timer = setInterval(() => {
      if (Date.now() - looked > ASLEEP) takeUp();
      looked = Date.now();
    }, NAP);
    window.addEventListener("online", takeUp);
    return () => {
      clearInterval(timer);
      window.removeEventListener("online", takeUp);
    };
  }, []);
  const isOnline = useSyncExternalStore(subscribe, () => navigator.onLine, () => true);
  return isOnline ? children[1] : children[0];
}

// Reflex connects anew when a tab comes into view; this tells it that now is such a moment, before its patience is over.
const takeUp = () => document.dispatchEvent(new Event("visibilitychange"));

function subscribe(listener) {
  window.addEventListener("online", listener);
  window.addEventListener("offline", listener);
  return () => {
    window.removeEventListener("online", listener);
    window.removeEventListener("offline", listener);
  };
}
