// From one video to the next with a finger.

import { useRef } from "react";

// Pixels that a finger goes sideways at least, and how much more sideways than up or down.
const FAR = 60;
const FLAT = 2;

/** Properties for the element on which `onSwipe(1)` is a finger's way to what comes after, `onSwipe(-1)` to what came before. */
export function useSwipe(onSwipe) {
  const from = useRef(null);
  return {
    onTouchStart: ({ touches }) => {
      from.current = touches.length === 1 ? touches[0] : null; // two fingers look closer
    },
    onTouchEnd: ({ changedTouches, currentTarget }) => {
      const start = from.current;
      from.current = null;
      if (!start) return;
      const across = changedTouches[0].clientX - start.clientX;
      const down = changedTouches[0].clientY - start.clientY;
      if (Math.abs(across) < FAR || Math.abs(across) < FLAT * Math.abs(down)) return;
      const isRightToLeft = getComputedStyle(currentTarget).direction === "rtl";
      onSwipe(across < 0 === isRightToLeft ? -1 : 1);
    },
  };
}
