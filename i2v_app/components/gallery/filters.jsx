// What is looked for: a part of the name, a state, an order.

import { useEffect, useRef, useState } from "react";

import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

import { Icon } from "./icon.jsx";
import { FILTERS, ORDERS } from "./place.js";

const PAUSE = 250; // milliseconds after the last letter

/** `onWish(part)`: what of the wish is to be another. */
export function Filters({ wish, onWish, children }) {
  const say = useMessages();
  return (
    <div className="gallery-filters" role="search" aria-label={say("keeping.filters")}>
      <Search search={wish.search} onSearch={(search) => onWish({ search })} />
      <label className="option gallery-order">
        <span>{say("keeping.order")}</span>
        <select value={wish.orderBy} onChange={(event) => onWish({ orderBy: event.target.value })}>
          {ORDERS.map((order) => (
            <option key={order} value={order}>
              {say(`keeping.order_${order}`)}
            </option>
          ))}
        </select>
      </label>
      <fieldset className="chips">
        <legend className="visually-hidden">{say("keeping.show")}</legend>
        {Object.keys(FILTERS).map((filter) => (
          <label key={filter} className="chip">
            <input
              type="radio"
              name="gallery-filter"
              checked={wish.filter === filter}
              onChange={() => onWish({ filter })}
            />
            <span>{say(`keeping.show_${filter}`)}</span>
          </label>
        ))}
      </fieldset>
      {children}
    </div>
  );
}

function Search({ search, onSearch }) {
  const say = useMessages();
  const [text, setText] = useState(search);
  const field = useRef(null);
  const timer = useRef(0);
  useEffect(() => setText((typed) => (typed.trim() === search.trim() ? typed : search)), [search]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const look = (text, pause) => {
    setText(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onSearch(text), pause);
  };
  return (
    <div className="gallery-search">
      <Icon name="find" />
      <input
        ref={field}
        type="search"
        value={text}
        maxLength={100}
        placeholder={say("keeping.search")}
        aria-label={say("keeping.search")}
        autoComplete="off"
        enterKeyHint="search"
        spellCheck={false}
        onChange={(event) => look(event.target.value, PAUSE)}
        onKeyDown={(event) => event.key === "Enter" && look(text, 0)}
      />
      {text && (
        <button
          type="button"
          className="button round quiet"
          aria-label={say("keeping.clear_search")}
          onClick={() => {
            look("", 0);
            field.current.focus();
          }}
        >
          <Icon name="close" size={18} />
        </button>
      )}
    </div>
  );
}
