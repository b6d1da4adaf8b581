// Which are selected. Only those that are shown can be: nothing is ever deleted that one does not see.

import { useCallback, useEffect, useMemo, useRef, useState } from "react";

const NONE = new Set();

/** `{ ids, isSelecting, isCollecting, start, toggle, extend, collect, end }` for the items that are shown. */
export function useSelection(items) {
  const [isSelecting, setSelecting] = useState(false);
  const [ids, setIds] = useState(NONE);
  const [anchor, setAnchor] = useState(null); // the one that was touched last, from which a range begins
  const [isCollecting, setCollecting] = useState(false);
  const collecting = useRef(null); // the collecting that is wanted; none once selecting has ended

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
    setCollecting(false);
    collecting.current = null;
  }, []);
  /** Select all that `read()` resolves with: nothing if that is null, or if selecting has been ended meanwhile. */
  const collect = useCallback(async (read) => {
    const own = (collecting.current = {});
    setSelecting(true);
    setCollecting(true);
    const all = await read();
    if (collecting.current !== own) return;
    setCollecting(false);
    if (all) setIds(new Set(all.map(({ id }) => id)));
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
    () => ({ ids, isSelecting, isCollecting, start, toggle, extend, collect, end }),
    [ids, isSelecting, isCollecting, start, toggle, extend, collect, end],
  );
}
