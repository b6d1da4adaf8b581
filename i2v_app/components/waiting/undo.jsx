// The offer to bring back what was just deleted, and the button that deletes.

import { useEffect } from "react";
import { flushSync } from "react-dom";

import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

import { announce } from "$/public/external/i2v_app/components/waiting/telling/announce.js";
import { focusBeside, focusList } from "./beside.js";
import { deleteSoon, dismiss, hold, run, undo, useDeletions } from "./deletions.js";

/** Deletes at once, with a way back. Where the focus was, it goes on from there. */
export function DeleteButton({ job, name, children }) {
  const say = useMessages();
  const called = name || say("waiting.unnamed");
  const onClick = (event) => {
    focusBeside(event.currentTarget.closest("li"));
    deleteSoon(job, called);
    announce(say("waiting.said_deleted", { name: called }));
  };
  return (
    <button type="button" className="button round quiet" data-delete="" aria-label={say("waiting.delete", { name: called })} onClick={onClick}>
      {children}
    </button>
  );
}

/** Do what takes the offer away. The focus that was in it goes on to the first of the cards that are `back`, or to the list. */
function goOn(how, back = []) {
  const wasHere = document.activeElement?.closest(".undo");
  flushSync(how);
  if (!wasHere) return;
  const first = back.length && document.querySelector(back.map(({ id }) => `[data-job="${id}"] [data-delete]`).join());
  if (first) first.focus();
  else focusList();
}

export function UndoOffer({ children }) {
  const say = useMessages();
  const { undoable, failed } = useDeletions();
  const isOffered = undoable.length > 0;

  useEffect(() => {
    if (!isOffered) return undefined;
    const onKey = (event) => {
      const isTyping = event.target.closest?.("input:not([type=range]), textarea, select, [contenteditable]");
      if (isTyping || event.key !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
      event.preventDefault();
      bringBack();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [isOffered]);

  const bringBack = () => {
    announce(say("waiting.said_undone"));
    goOn(undo, undoable);
  };

  if (!isOffered && !failed.length) return null;
  return (
    <Offer undoable={undoable} failed={failed} onUndo={bringBack}>
      {children}
    </Offer>
  );
}

/** What is said of those that can come back, `{id, name}`, or else of those that could not be deleted, names. */
export function Offer({ undoable, failed, onUndo, children }) {
  const say = useMessages();
  const isOffered = undoable.length > 0;
  const words = isOffered
    ? say("waiting.deleted", { count: undoable.length, name: undoable[0].name })
    : say("waiting.not_deleted", { count: failed.length, name: failed[0] });
  return (
    <div
      className="notice undo"
      role={isOffered ? "region" : "alert"}
      aria-label={isOffered ? say("waiting.undo") : undefined}
      onMouseEnter={hold}
      onMouseLeave={run}
      onFocus={hold}
      onBlur={run}
    >
      <span className="undo-words">{words}</span>
      {isOffered && (
        <button type="button" className="button quiet small undo-button" onClick={onUndo}>
          {say("waiting.undo")}
        </button>
      )}
      <button type="button" className="button round quiet" aria-label={say("waiting.dismiss")} onClick={() => goOn(dismiss)}>
        {children}
      </button>
    </div>
  );
}
