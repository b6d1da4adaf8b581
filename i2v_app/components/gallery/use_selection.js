// Which are selected. Only those that are shown can be: nothing is ever deleted that one does not see.

import { useCallback, useEffect, useMemo, useState } from "react";

const NONE = new Set();

/** `{ ids, isSelecting, start, toggle, extend, take, end }` for the items that are shown. */
export function useSelection(items) {
  const [isSelecting, setSelecting] = useState(false);
  const [ids, setIds] = useState(NONE);
  const [anchor, setAnchor] = useState(null); // the one that was touched last, from which a range begins

  useEffect(() => {
    if (!ids.size) return;
    const shown = new Set(items.map(({ id }) => id));
    if ([...ids].some((id) => !shown.has(id))) setIds(new Set([...ids].filter((id) => shown.has(id))));
  }, [items, ids]);

  const start = useCallback(() => setSelecting(true), []);
  const end = useCallback(() => {
    setSelecting(false);
    setIds(NONE);
    setAnchor(null);
  }, []);
  const take = useCallback((taken) => {
    setSelecting(true);
    setIds(new Set(taken));
  }, []);
  const toggle = useCallback((id) => {
    setSelecting(true);
    setAnchor(id);
    setIds((before) => {
      const after = new Set(before);
      if (!after.delete(id)) after.add(id);
      return after;
    });
  }, []);
  const extend = useCallback(
    (id) => {
      const from = items.findIndex((item) => item.id === anchor);
      const to = items.findIndex((item) => item.id === id);
      if (from < 0) return toggle(id);
      const range = items.slice(Math.min(from, to), Math.max(from, to) + 1);
      setSelecting(true);
      setIds((before) => new Set([...before, ...range.map((item) => item.id)]));
    },
    [items, anchor, toggle],
  );
  return useMemo(
    () => ({ ids, isSelecting, start, toggle, extend, take, end }),
    [ids, isSelecting, start, toggle, extend, take, end],
  );
}
