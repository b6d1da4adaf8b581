// Dragging one block along a line of its like: the others make room by transform, and only the drop changes anything.

import { useEffect, useRef, useState } from "react";

const FROM = 4; // pixels that a pointer may tremble before it drags

/** [what to give a block's element, its style while something is dragged]. `onDrop(id, to)` says where it was put down. */
export function useDrag(order, onDrop) {
  const [dragged, setDragged] = useState(null); // {id, by, from, to}
  const start = useRef(null);
  const dropped = useRef(false);

  useEffect(() => setDragged(null), [order.length]);

  const down = (id) => (event) => {
    if (event.button || order.length < 2) return;
    const lane = event.currentTarget.closest("ol");
    const lefts = order.map((one) => lane.querySelector(`[data-own="${one}"]`)?.offsetLeft ?? 0);
    start.current = { id, x: event.clientX, lefts, from: order.indexOf(id) };
    dropped.current = false;
    event.currentTarget.setPointerCapture(event.pointerId);
  };

  const move = (event) => {
    const began = start.current;
    if (!began) return;
    const by = event.clientX - began.x;
    if (!dragged && Math.abs(by) < FROM) return;
    const centre = began.lefts[began.from] + by;
    let to = 0;
    began.lefts.forEach((left, index) => {
      if (Math.abs(left - centre) < Math.abs(began.lefts[to] - centre)) to = index;
    });
    setDragged({ ...began, by, to });
  };

  const up = () => {
    if (dragged && dragged.to !== dragged.from) onDrop(dragged.id, dragged.to);
    start.current = null;
    setDragged(null);
  };

  const cancel = () => {
    start.current = null;
    setDragged(null);
  };

  const style = (id) => {
    if (!dragged) return undefined;
    if (id === dragged.id) return { transform: `translateX(${dragged.by}px) scale(1.06)`, zIndex: 2, transition: "none" };
    const { from, to, lefts } = dragged;
    const index = order.indexOf(id);
    const target = index > from && index <= to ? index - 1 : index < from && index >= to ? index + 1 : index;
    return { transform: `translateX(${lefts[target] - lefts[index]}px)` };
  };

  const handlers = (id) => ({ onPointerDown: down(id), onPointerMove: move, onPointerUp: up, onPointerCancel: cancel });
  return [handlers, style, dragged?.id];
}
