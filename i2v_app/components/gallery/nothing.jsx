// When there is nothing to show: why, and what helps.

import { Link } from "react-router";

import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

/** Whether it is asked for some of them only. */
export const isNarrowed = ({ search, filter }) => search.trim() !== "" || filter !== "all";

export function Nothing({ wish, onAll }) {
  const say = useMessages();
  const narrowed = isNarrowed(wish);
  return (
    <div className="gallery-nothing">
      <svg viewBox="0 0 160 70" width="160" height="70" className="frames" aria-hidden="true">
        {[18, 52, 86].map((x) => (
          <rect key={x} x={x} y="14" width="56" height="42" rx="9" />
        ))}
      </svg>
      <p className="gallery-nothing-title">{say(titleOf(wish), { search: wish.search.trim() })}</p>
      {!narrowed && <p>{say("keeping.nothing_yet_help")}</p>}
      {narrowed ? (
        <button type="button" className="button" onClick={onAll}>
          {say(wish.search.trim() ? "keeping.clear_search" : "keeping.show_everything")}
        </button>
      ) : (
        <Link className="button primary" to="/">
          {say("keeping.begin")}
        </Link>
      )}
    </div>
  );
}

function titleOf({ search, filter }) {
  if (search.trim()) return filter === "all" ? "keeping.nothing_found" : "keeping.nothing_found_there";
  return filter === "all" ? "keeping.nothing_yet" : `keeping.nothing_${filter}`;
}
