// Blocks that change their place glide there. By transform alone, so that nothing is laid out anew on the way.

import { useLayoutEffect, useRef } from "react";

const GLIDE = { duration: 320, easing: "cubic-bezier(0.2, 0, 0, 1)" };

/** Give the list's ref; children are known by `data-key`. Nothing glides for who wants no motion, or `isOff`. */
export function useFlow(list, isOff) {
  const lefts = useRef(new Map());
  useLayoutEffect(() => {
    const isStill = isOff || matchMedia("(prefers-reduced-motion: reduce)").matches;
    const now = new Map();
    for (const child of list.current?.children ?? []) {
      now.set(child.dataset.key, child.offsetLeft);
      const before = lefts.current.get(child.dataset.key);
      if (before === undefined || before === child.offsetLeft || isStill) continue;
      child.animate([{ transform: `translateX(${before - child.offsetLeft}px)` }, { transform: "none" }], GLIDE);
    }
    lefts.current = now;
  });
}
