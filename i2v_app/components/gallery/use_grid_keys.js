// The keyboard in the grid: arrows go from tile to tile, in the direction in which the page is written.

import { useCallback } from "react";

/** The handler of keys; `at`: the tile that has the focus, `go(index)` moves it. */
export function useGridKeys({ at, count, columns, height, items, go, selection, actions }) {
  return useCallback(
    (event) => {
      const isRightToLeft = getComputedStyle(event.currentTarget).direction === "rtl";
      const page = Math.max(1, Math.floor(innerHeight / height)) * columns;
      const steps = {
        ArrowLeft: isRightToLeft ? 1 : -1,
        ArrowRight: isRightToLeft ? -1 : 1,
        ArrowUp: -columns,
        ArrowDown: columns,
        PageUp: -page,
        PageDown: page,
        Home: -at,
        End: count - 1 - at,
      };
      const key = event.key;
      if (event.altKey) return;
      if (event.ctrlKey || event.metaKey) {
        if (key.toLowerCase() === "a") actions.selectAll();
        else return;
      } else if (key in steps) {
        const to = at + steps[key];
        const isVertical = Math.abs(steps[key]) >= columns && key.startsWith("Arrow");
        // Below the last full row one comes to the last tile; above the first there is nothing.
        const next = isVertical && to >= count && Math.floor(at / columns) < Math.floor((count - 1) / columns) ? count - 1 : to;
        if (key.startsWith("Arrow") && (next < 0 || next >= count)) return;
        go(Math.max(0, Math.min(count - 1, next)));
        if (event.shiftKey && items[next]) actions.select(items[next].id, true);
      } else if (key === " " && event.target.matches(".tile-link")) {
        actions.select(items[at].id, event.shiftKey);
      } else if (key === "Escape" && selection.isSelecting) {
        actions.endSelecting();
      } else if (key === "Delete" && selection.ids.size) {
        actions.deleteSelected();
      } else return;
      event.preventDefault();
    },
    [at, count, columns, height, items, go, selection, actions],
  );
}
