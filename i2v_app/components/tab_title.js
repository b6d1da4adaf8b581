// The title of the tab. The page, what is being made and a video that is watched large all have one to give it: only this writes
// it, so that none of them brings back what another said.

import { useEffect } from "react";

const LAYERS = ["page", "progress", "video"]; // the last of those that have a title gives it

const titles = new Map();
let own = ""; // the title that the page came with
let shown = null; // what was written last

/** Give the tab a title, for as long as this is drawn; none if it is empty. `layer`: one of those above. */
export function useTabTitle(layer, title) {
  useEffect(() => {
    if (!title) return undefined;
    titles.set(layer, title);
    show();
    return () => {
      titles.delete(layer);
      show();
    };
  }, [layer, title]);
}

function show() {
  if (document.title !== shown) own = document.title; // not ours: with the first page it came, or with the one that was gone to
  shown = titles.get(LAYERS.findLast((layer) => titles.has(layer))) ?? own;
  document.title = shown;
}
