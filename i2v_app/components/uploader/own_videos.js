// Where somebody has videos, the invitation is small, so that these are seen. The stylesheet goes by `data-videos` on the
// document. It is remembered from one visit to the next: the head's script sets it before anything is drawn, and an
// invitation that became small only when the list has been read would move the page under its reader.

import { useEffect } from "react";

const KEY = "videos"; // in localStorage, and in the head's script

/** Remember for the next visit whether there are any. As the page is laid out now, it stays. */
export function useRemembered(isAny, isKnown) {
  useEffect(() => {
    if (!isKnown) return;
    try {
      if (isAny) localStorage.setItem(KEY, "yes");
      else localStorage.removeItem(KEY);
    } catch {
      // No storage is allowed: the invitation is large at the next visit, too.
    }
  }, [isAny, isKnown]);
}

/** A picture was added: its card is what one wants to see now. */
export function makeRoom() {
  document.documentElement.dataset.videos = "";
}
