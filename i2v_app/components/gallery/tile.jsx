// One job in the gallery: its picture, what it is, and how long it will be there.

import { memo } from "react";

import { LocalTime } from "$/public/external/i2v_app/components/clock/clock.jsx";
import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

import { canKeep, daysUntil, leftInWords } from "./days.js";
import { Icon } from "./icon.jsx";

const SOON = 2; // days: from here on it is said louder

// Its place comes in numbers and not as a style: then a tile that has not changed is not drawn again.
export const Tile = memo(function Tile({ item, index, count, top, start, width, height, isActive, isSelected, isSelecting, ...rest }) {
  const { bounds, now, actions } = rest;
  const say = useMessages();
  const tabIndex = isActive ? 0 : -1;
  const name = item.name || say("keeping.unnamed");
  const isToday = new Date(item.createdAt).toDateString() === new Date(now).toDateString();
  const act = (event) => {
    if (!isSelecting && !event.shiftKey) return;
    event.preventDefault();
    actions.select(item.id, event.shiftKey);
  };
  return (
    <li
      className="tile"
      style={{ top, insetInlineStart: start, width, height }}
      data-id={item.id}
      data-state={item.state}
      data-selected={isSelected || undefined}
      aria-setsize={count}
      aria-posinset={index + 1}
    >
      <a className="tile-link" href={`?watch=${item.id}`} data-watch={item.id} tabIndex={tabIndex} draggable={false} onClick={act}>
        <span className="tile-media">
          <img src={item.thumbnail} alt="" decoding="async" draggable={false} />
          {item.state === "PROCESSING" && (
            <span className="meter" aria-hidden="true">
              <span style={{ "--part": item.percent / 100 }} />
            </span>
          )}
        </span>
        <span className="tile-name" title={name}>
          {name}
        </span>
        <span className="tile-made">
          <span className="tile-state">{say(`keeping.state_${item.state}`, { percent: item.percent / 100 })}</span>
          {" · "}
          <LocalTime at={item.createdAt / 1000} day={!isToday} />
        </span>
      </a>
      <label className="tile-check">
        <input
          type="checkbox"
          checked={isSelected}
          tabIndex={tabIndex}
          aria-label={say("keeping.select_one", { name })}
          onChange={(event) => actions.select(item.id, event.nativeEvent.shiftKey)}
        />
        <Icon name="tick" size={16} />
      </label>
      <Left item={item} name={name} bounds={bounds} now={now} tabIndex={tabIndex} onKeep={actions.keep} />
    </li>
  );
});

function Left({ item, name, bounds, now, tabIndex, onKeep }) {
  const say = useMessages();
  if (!item.expiresAt) return <p className="tile-left">{say("keeping.not_ended")}</p>;
  const days = daysUntil(item.expiresAt, now);
  const left = leftInWords(say, days);
  const soon = days <= SOON || undefined;
  if (!canKeep(item, bounds, now)) {
    return (
      <p className="tile-left" data-soon={soon}>
        {left}
      </p>
    );
  }
  return (
    <button
      type="button"
      className="tile-left"
      data-soon={soon}
      tabIndex={tabIndex}
      title={say("keeping.keep_longer")}
      aria-label={say("keeping.keep_one", { left, name })}
      onClick={() => onKeep([item.id])}
    >
      <span>{left}</span>
      <Icon name="longer" size={18} />
    </button>
  );
}
