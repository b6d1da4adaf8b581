// Asks until when some are to be kept, within what the operator allows, which it says.

import { useEffect, useRef, useState } from "react";

import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

import { choicesFor, length } from "./days.js";

/**
 * `items`: those to be kept, all of which can be. `onKeep(until)`, milliseconds, keeps them and gives what went wrong, if
 * anything did: the sheet says it, or `onTrouble` if it has been closed meanwhile.
 */
export function KeepSheet({ items, bounds, now, onKeep, onClose, onTrouble }) {
  const say = useMessages();
  const sheet = useRef(null);
  const soonest = Math.min(...items.map((item) => item.expiresAt));
  const [choices] = useState(() => choicesFor(soonest, bounds, now));
  const [chosen, setChosen] = useState(0);
  const [phase, setPhase] = useState("asking");
  const [trouble, setTrouble] = useState("");

  useEffect(() => {
    const element = sheet.current;
    if (!element.open) element.showModal();
  }, []);

  const keep = async (event) => {
    event.preventDefault();
    setPhase("keeping");
    const said = await onKeep(choices[chosen].until);
    if (!sheet.current) return said && onTrouble(said);
    if (!said) return sheet.current.close();
    setTrouble(said);
    setPhase("asking");
  };

  const name = items[0].name || say("keeping.unnamed");
  const most = length(bounds.keepAtMostHours);
  return (
    <dialog ref={sheet} className="sheet keep-sheet" aria-labelledby="keep-title" onClose={onClose}>
      <form onSubmit={keep}>
        <h2 id="keep-title" className="sheet-title">
          {say("keeping.keep_title", { count: items.length, name })}
        </h2>
        <p className="keep-now">{say("keeping.keep_now", { count: items.length, at: new Date(soonest) })}</p>
        <fieldset className="keep-choices">
          <legend className="visually-hidden">{say("keeping.keep_until")}</legend>
          {choices.map(({ days, until }, index) => (
            <label key={until} className="keep-choice">
              <input type="radio" name="keep-until" checked={chosen === index} onChange={() => setChosen(index)} />
              <span>{days ? say("keeping.keep_days", { days }) : say("keeping.keep_most")}</span>
              <span className="keep-date">{say("keeping.keep_date", { at: new Date(until) })}</span>
            </label>
          ))}
        </fieldset>
        <p className="keep-limit">
          {most.days ? say("keeping.limit_days", most) : say("keeping.limit_hours", most)}
        </p>
        {trouble && (
          <p className="keep-trouble" role="alert">
            {trouble}
          </p>
        )}
        <div className="sheet-actions">
          <button type="button" className="button" onClick={() => sheet.current.close()}>
            {say("keeping.cancel")}
          </button>
          <button type="submit" className="button keep-button" disabled={phase === "keeping"}>
            {say("keeping.keep")}
          </button>
        </div>
      </form>
    </dialog>
  );
}
