// The tiles, of which only those near the view are there: two thousand are scrolled as easily as twenty.

import { defaultRangeExtractor, useWindowVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useImperativeHandle, useLayoutEffect, useReducer, useRef, useState } from "react";

import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

import { leave, leftAt } from "./place.js";
import { Tile } from "./tile.jsx";
import { useGridKeys } from "./use_grid_keys.js";

const SMALLEST = 11.5; // rem: a tile is at least so wide, unless there would be fewer than two in a row
const TEXT = 6; // rem below the picture, which is 4:3
const OVERSCAN = 2; // rows above and below the view
const AHEAD = 40; // jobs that are read before they come into view
const AT_FIRST = 10; // places held until it is known how many there are

export function Grid({ ref, items, total, isKnown, selection, bounds, now, actions, onWant }) {
  const say = useMessages();
  const element = useRef(null);
  const box = useBox(element);
  const [place] = useState(leftAt);
  const [active, setActive] = useState({ id: null, index: 0 });
  const [, draw] = useReducer((times) => times + 1, 0);
  const focus = useRef({ isWanted: false, isHere: false });

  const count = isKnown ? total : (place?.total ?? AT_FIRST);
  const found = items.findIndex(({ id }) => id === active.id);
  const at = found >= 0 ? found : Math.max(0, Math.min(active.index, count - 1));
  const { columns, gap, width, height, top } = box;
  const activeRow = Math.floor(at / columns);
  const rows = Math.ceil(count / columns);
  const virtualizer = useWindowVirtualizer({
    count: rows,
    estimateSize: () => height,
    gap,
    overscan: OVERSCAN,
    scrollMargin: top,
    // The row that has the focus stays, wherever it is.
    rangeExtractor: useCallback(
      (range) => [...new Set([...defaultRangeExtractor(range), activeRow])].filter((row) => row < rows).sort((a, b) => a - b),
      [activeRow, rows],
    ),
  });
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, height, gap]);

  const inView = virtualizer.range;
  const wanted = inView ? (inView.endIndex + 1 + OVERSCAN) * columns + AHEAD : 0;
  useEffect(() => onWant(wanted), [onWant, wanted]);

  useLayoutEffect(() => {
    // Back from a video: where one was.
    if (box.isMeasured && place) scrollTo({ top: place.y, behavior: "instant" });
  }, [box.isMeasured, place]);
  useEffect(() => {
    const remember = () => leave(count);
    addEventListener("pagehide", remember);
    addEventListener("click", remember, true);
    return () => {
      removeEventListener("pagehide", remember);
      removeEventListener("click", remember, true);
    };
  }, [count]);

  useLayoutEffect(() => {
    const wish = focus.current;
    if (wish.isHere && document.activeElement === document.body) wish.isWanted = true; // its tile has gone
    if (!wish.isWanted || !items[at]) return;
    const link = element.current.querySelector(`[data-id="${items[at].id}"] .tile-link`);
    if (!link) return;
    wish.isWanted = false;
    link.focus({ preventScroll: true });
    link.scrollIntoView({ block: "nearest", behavior: "instant" });
  });
  const go = useCallback(
    (index) => {
      focus.current.isWanted = true;
      onWant(index + 1);
      setActive({ id: items[index]?.id ?? null, index });
      draw();
    },
    [items, onWant],
  );
  useImperativeHandle(ref, () => ({ focus: () => go(at) }), [go, at]);
  const onKeyDown = useGridKeys({ at, count, columns, height: height + gap, items, go, selection, actions });

  const tiles = [];
  for (const row of box.isMeasured ? virtualizer.getVirtualItems() : []) {
    for (let column = 0; column < columns; column++) {
      const index = row.index * columns + column;
      if (index >= count) break;
      const style = { top: row.start - top, insetInlineStart: column * (width + gap), width, height };
      const item = items[index];
      if (!item) {
        tiles.push(<li key={`at-${index}`} className="tile tile-coming" style={style} aria-hidden="true" />);
        continue;
      }
      tiles.push(
        <Tile
          key={item.id}
          item={item}
          index={index}
          count={count}
          top={style.top}
          start={style.insetInlineStart}
          width={width}
          height={height}
          isActive={index === at}
          isSelected={selection.ids.has(item.id)}
          isSelecting={selection.isSelecting}
          bounds={bounds}
          now={now}
          actions={actions}
        />,
      );
    }
  }
  return (
    <>
      <p id="gallery-keys" hidden>
        {say("keeping.keys")}
      </p>
      <ul
        ref={element}
        className="gallery-grid"
        role="list"
        aria-label={say("keeping.title")}
        aria-describedby="gallery-keys"
        aria-busy={!isKnown}
        data-selecting={selection.isSelecting || undefined}
        style={{ height: virtualizer.getTotalSize() }}
        onKeyDown={onKeyDown}
        onFocus={(event) => {
          focus.current.isHere = true;
          const id = event.target.closest("[data-id]")?.dataset.id;
          if (id && id !== active.id) setActive({ id, index: items.findIndex((item) => item.id === id) });
        }}
        onBlur={() => (focus.current.isHere = false)}
      >
        {tiles}
      </ul>
    </>
  );
}

/** Where the grid lies in the page and how its tiles fit in, in pixels. */
function useBox(element) {
  const [box, setBox] = useState({ isMeasured: false, columns: 2, gap: 12, width: 160, height: 230, top: 0 });
  useLayoutEffect(() => {
    const measure = () => {
      const whole = element.current.clientWidth;
      const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
      const gap = Math.round((whole < 40 * rem ? 0.75 : 1.25) * rem);
      const columns = Math.max(2, Math.floor((whole + gap) / (SMALLEST * rem + gap)));
      const width = Math.floor((whole - gap * (columns - 1)) / columns);
      const height = Math.round(width * 0.75 + TEXT * rem);
      const top = Math.round(element.current.getBoundingClientRect().top + scrollY);
      const now = { isMeasured: true, columns, gap, width, height, top };
      setBox((before) => (Object.keys(now).every((name) => before[name] === now[name]) ? before : now));
    };
    measure();
    const observer = new ResizeObserver(measure); // of the page too: what stands above may grow
    observer.observe(element.current);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [element]);
  return box;
}
