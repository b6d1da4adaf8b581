// Earlier and later as buttons, for who cannot drag: a screen reader has the arrow keys for itself, and a finger may tremble.

import { useEffect, useLayoutEffect, useRef } from "react";

import { focusList } from "$/public/external/i2v_app/components/waiting/undo/beside.js";
import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

const GAP = 6; // pixels between it and its block

/**
 * A block's menu, opened by the block's button (`popovertarget`). `chosen`: {id, at} says whose it is and where the block
 * was: it stays there while the block moves, so that one can press on. `order`: the ids of all that may be moved.
 */
export function MoveMenu({ id, chosen, order, title, onMove }) {
  const say = useMessages();
  const menu = useRef(null);
  const at = order.indexOf(chosen?.id);
  const last = order.length - 1;
  const isGone = chosen !== null && (at < 0 || last < 1);

  useLayoutEffect(() => {
    if (chosen) menu.current.style.setProperty("--from", `${chosen.at.left}px`);
    if (chosen) menu.current.style.setProperty("--below", `${chosen.at.bottom + GAP}px`);
  }, [chosen]);
  useEffect(() => {
    if (!isGone || !menu.current.matches(":popover-open")) return;
    const isHere = menu.current.contains(document.activeElement);
    menu.current.hidePopover();
    if (isHere) focusList();
  }, [isGone]);

  const ways = [
    ["earlier", at - 1],
    ["later", at + 1],
    ["first", 0],
    ["last", last],
  ];
  const onToggle = (event) => {
    if (event.newState === "open") menu.current.querySelector("button:not([aria-disabled=true])")?.focus({ preventScroll: true });
  };
  return (
    <div ref={menu} id={id} popover="auto" role="dialog" className="strip-menu" aria-labelledby={`${id}-title`} onToggle={onToggle}>
      <p id={`${id}-title`} className="strip-menu-title">
        {title}
      </p>
      <div className="strip-ways">
        {ways.map(([name, to]) => {
          const isThere = to < 0 || to > last || to === at;
          return (
            // Not `disabled`: the focus stays where one pressed.
            <button key={name} type="button" className="button small" aria-disabled={isThere} onClick={() => !isThere && onMove(chosen.id, to)}>
              {say(`waiting.move_${name}`)}
            </button>
          );
        })}
      </div>
    </div>
  );
}
