// Dragging one block along a line of its like: the others make room by transform, and only the drop changes anything.

import { useEffect, useRef, useState } from "react";

const FROM = 4; // pixels that a pointer may tremble before it drags

/** [what to give a block's button, its style while something is dragged]. `onDrop(id, to)` says where it was put down. */
export function useDrag(order, onDrop) {
  const [dragged, setDragged] = useState(null); // {id, by, from, to}
  const start = useRef(null);
  const hasMoved = useRef(false); // the click that comes with the drop is no press

  const cancel = () => {
    start.current = null;
    setDragged(null);
  };
  // The line moves under the finger: what was measured holds no more, and the block itself may be gone.
  useEffect(cancel, [order.join()]);

  const down = (id) => (event) => {
    hasMoved.current = false;
    if (event.button || order.length < 2) return;
    const lane = event.currentTarget.closest("ol");
    const lefts = order.map((one) => lane.querySelector(`[data-own="${one}"]`)?.offsetLeft ?? 0);
    start.current = { id, x: event.clientX, lefts, from: order.indexOf(id) };
    event.currentTarget.setPointerCapture(event.pointerId);
  };

  const move = (event) => {
    const began = start.current;
    if (!began) return;
    if (!event.buttons) return cancel(); // it was let go where nobody saw it
    const by = event.clientX - began.x;
    if (!dragged && Math.abs(by) < FROM) return;
    hasMoved.current = true;
    const centre = began.lefts[began.from] + by;
    let to = 0;
    began.lefts.forEach((left, index) => {
      if (Math.abs(left - centre) < Math.abs(began.lefts[to] - centre)) to = index;
    });
    setDragged({ ...began, by, to });
  };

  const up = () => {
    if (start.current && dragged && dragged.to !== dragged.from) onDrop(dragged.id, dragged.to);
    cancel();
    setTimeout(() => (hasMoved.current = false)); // after the click
  };

  const click = (event) => {
    if (!hasMoved.current) return;
    event.preventDefault();
    event.stopPropagation();
  };

  const style = (id) => {
    if (!dragged) return undefined;
    if (id === dragged.id) return { transform: `translateX(${dragged.by}px) scale(1.06)`, zIndex: 2, transition: "none" };
    const { from, to, lefts } = dragged;
    const index = order.indexOf(id);
    const target = index > from && index <= to ? index - 1 : index < from && index >= to ? index + 1 : index;
    return { transform: `translateX(${lefts[target] - lefts[index]}px)` };
  };

  const handlers = (id) => ({
    onPointerDown: down(id),
    onPointerMove: move,
    onPointerUp: up,
    onPointerCancel: cancel,
    onLostPointerCapture: cancel,
    onClickCapture: click,
  });
  return [handlers, style, dragged?.id];
}
