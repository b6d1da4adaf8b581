// The whole queue as a picture: what is being made now, then who waits, the viewer's own among the others. Time runs on from
// the left to the right (or as the language reads). JSX: it is dragged, and its blocks glide.

import { useId, useRef, useState } from "react";

import { LocalTime } from "$/public/external/i2v_app/components/clock/clock.jsx";
import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

import { announce } from "$/public/external/i2v_app/components/waiting/telling/announce.js";
import { blocks } from "./lane.js";
import { MoveMenu } from "./move_menu.jsx";
import { useOrder } from "./order.js";
import { TellMe } from "./tell_me.jsx";
import { useDrag } from "./use_drag.js";
import { useFlow } from "./use_flow.js";

/** `line`: {length, slots, paused, refused}; `cards`, `waiting` and `running` are the viewer's. Nothing while they have nothing to do. */
export function QueueStrip({ cards, waiting, running, length, slots, paused, refused, onMove }) {
  const say = useMessages();
  const known = new Map(cards.map((card) => [card.id, card]));
  const mine = Object.entries(waiting)
    .filter(([id, { place }]) => known.has(id) && place > 0)
    .sort(([, one], [, other]) => one.place - other.place);
  const made = Object.entries(running).filter(([id]) => known.has(id));
  const [order, move] = useOrder(mine.map(([id]) => id), refused, onMove);
  const places = mine.map(([, { place, starts_at: startsAt }]) => ({ place, startsAt }));

  if (!mine.length && !made.length) return null;
  const atWork = working(made, slots);
  const waits = Math.max(length, places.at(-1)?.place ?? 0);
  return (
    <section className="strip" aria-label={say("waiting.queue")}>
      <p className="visually-hidden">{inWords(say, atWork, waits, places, paused)}</p>
      <div className="strip-scroll">
        <div className="strip-now" aria-hidden="true">
          {atWork.map((slot, index) => (
            <Slot key={slot.id ?? `other-${index}`} {...slot} card={known.get(slot.id)} />
          ))}
          {!atWork.length && <div className="strip-slot" data-idle="" />}
          <span className="strip-time">{paused ? say("waiting.paused") : say("waiting.now")}</span>
        </div>
        {waits > 0 && <Lane {...{ order, places, waits, known, move }} />}
      </div>
      <TellMe />
    </section>
  );
}

function Lane({ order, places, waits, known, move }) {
  const say = useMessages();
  const list = useRef(null);
  const shown = blocks(order, places, waits);
  const own = shown.filter((block) => block.id).map((block) => block.id);
  const nameOf = (id) => known.get(id).name || say("waiting.unnamed");
  const moved = (id, to) => {
    if (move(id, to)) announce(say("waiting.said_moved", { name: nameOf(id), place: to + 1 }));
  };
  const [handlers, style, dragged] = useDrag(own, moved);
  useFlow(list, Boolean(dragged));
  const menu = useId();
  const [chosen, setChosen] = useState(null);
  const labelOf = ({ id, place }) => say("waiting.own", { name: nameOf(id), place });
  const ofChosen = shown.find((block) => block.id && block.id === chosen?.id);

  const onClick = (id) => (event) => {
    // Another block's menu is open: it becomes this one's, instead of being closed.
    if (id !== chosen?.id && document.getElementById(menu).matches(":popover-open")) event.preventDefault();
    const box = event.currentTarget.getBoundingClientRect();
    setChosen({ id, at: { left: box.left + scrollX, bottom: box.bottom + scrollY } });
  };
  const onKeyDown = (id) => (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return; // the browser's: Alt and the left arrow is "back"
    const isBack = event.target.matches(":dir(rtl)");
    const steps = { ArrowUp: -1, ArrowDown: 1, ArrowLeft: isBack ? 1 : -1, ArrowRight: isBack ? -1 : 1 };
    const at = order.indexOf(id);
    const to = { Home: 0, End: order.length - 1 }[event.key] ?? at + steps[event.key];
    if (Number.isNaN(to)) return;
    event.preventDefault();
    moved(id, to);
    event.currentTarget.scrollIntoView({ block: "nearest", inline: "nearest" });
  };

  return (
    <>
      <ol ref={list} className="strip-lane" aria-label={say("waiting.yours")} data-dragging={dragged ? "" : undefined}>
        {shown.map((block) =>
          block.id ? (
            <li key={block.id} data-key={block.id} data-own={block.id} className="strip-own" style={style(block.id)}>
              <Own
                card={known.get(block.id)}
                label={labelOf(block)}
                hint={own.length > 1 ? say("waiting.how_to_move") : ""}
                menu={menu}
                onClick={onClick(block.id)}
                onKeyDown={onKeyDown(block.id)}
                {...handlers(block.id)}
              />
              <span className="strip-time" aria-hidden="true">
                {block.startsAt > 0 ? <LocalTime at={block.startsAt} /> : "–"}
              </span>
            </li>
          ) : (
            <Others key={block.key} block={block} />
          ),
        )}
      </ol>
      <MoveMenu id={menu} chosen={chosen} order={order} title={ofChosen ? labelOf(ofChosen) : ""} onMove={moved} />
    </>
  );
}

function Own({ card, label, hint, menu, ...handlers }) {
  const picture = <img src={card.thumbnail} alt="" draggable="false" />;
  if (!hint) {
    return (
      <span className="strip-block" role="img" aria-label={label}>
        {picture}
      </span>
    );
  }
  return (
    <button type="button" className="strip-block" popoverTarget={menu} aria-label={label} aria-description={hint} title={hint} {...handlers}>
      {picture}
    </button>
  );
}

function Others({ block }) {
  const say = useMessages();
  return (
    <li data-key={block.key} className="strip-others" aria-hidden="true">
      {block.isMany || block.mine > 0 ? (
        <span className="strip-many">{say("waiting.more", { count: block.others })}</span>
      ) : (
        Array.from({ length: block.others }, (_, index) => <span key={index} className="strip-other" />)
      )}
    </li>
  );
}

function Slot({ id, percent, card }) {
  return (
    <div className="strip-slot" data-mine={id ? "" : undefined}>
      {card && <img src={card.thumbnail} alt="" />}
      <span className="strip-done" style={{ "--part": percent / 100 }} />
      <span className="strip-percent">{percent}%</span>
    </div>
  );
}

/** The viewer's own as their progress says, which is newer than the queue's; the others' as the queue says. */
function working(made, slots) {
  const own = made.map(([id, { percent }]) => ({ id, percent }));
  return [...own, ...slots.filter((slot) => !slot.is_mine).map(({ percent }) => ({ percent }))];
}

function inWords(say, atWork, waits, places, paused) {
  const numbers = places.slice(0, 3).map(({ place }) => say("waiting.place_number", { place }));
  return [
    paused ? say("waiting.line_paused") : say("waiting.line_working", { count: atWork.length }),
    say("waiting.line_waiting", { count: waits }),
    places.length ? say("waiting.line_yours", { count: places.length, places: numbers.join(", "), more: places.length - numbers.length }) : "",
  ].join(" ").trim();
}
