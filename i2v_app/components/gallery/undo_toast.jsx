// Says that some are being deleted, and gives them back for a while.

import { useEffect, useRef, useSyncExternalStore } from "react";

import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

/** `onLost`: the focus was in it and it has gone. */
export function UndoToast({ deletions, onLost }) {
  const say = useMessages();
  const ids = useSyncExternalStore(deletions.subscribe, deletions.snapshot);
  const hasFocus = useRef(false);

  useEffect(() => {
    if (!ids) return;
    const undo = (event) => {
      const isTyping = event.target.closest?.("input:not([type=checkbox]), textarea, select, dialog:not(.viewer)");
      if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey || isTyping) return;
      event.preventDefault();
      deletions.undo();
    };
    addEventListener("keydown", undo);
    return () => removeEventListener("keydown", undo);
  }, [ids, deletions]);

  // A pointer or a focus that is in it when it is shown elsewhere never leaves it.
  useEffect(() => deletions.resume, [deletions]);
  useEffect(() => {
    if (ids || !hasFocus.current) return;
    hasFocus.current = false; // what is taken away with the focus in it is not left by it
    onLost();
  }, [ids, onLost]);

  return (
    <div role="status">
      {ids && (
        <div
          className="toast"
          onPointerEnter={deletions.pause}
          onPointerLeave={deletions.resume}
          onFocus={() => {
            hasFocus.current = true;
            deletions.pause();
          }}
          onBlur={() => {
            hasFocus.current = false;
            deletions.resume();
          }}
        >
          <span>{say("keeping.deleted", { count: ids.length })}</span>
          <button type="button" className="button small" onClick={() => deletions.undo()}>
            {say("keeping.undo")}
          </button>
        </div>
      )}
    </div>
  );
}
