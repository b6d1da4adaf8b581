// Says that some are being deleted, and gives them back for a while.

import { useEffect, useSyncExternalStore } from "react";

import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

export function UndoToast({ deletions }) {
  const say = useMessages();
  const ids = useSyncExternalStore(deletions.subscribe, deletions.snapshot);

  useEffect(() => {
    if (!ids) return;
    const undo = (event) => {
      const isTyping = event.target.closest?.("input:not([type=checkbox]), textarea, select, dialog");
      if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey || isTyping) return;
      event.preventDefault();
      deletions.undo();
    };
    addEventListener("keydown", undo);
    return () => removeEventListener("keydown", undo);
  }, [ids, deletions]);

  return (
    <div role="status">
      {ids && (
        <div
          className="toast"
          onPointerEnter={deletions.pause}
          onPointerLeave={deletions.resume}
          onFocus={deletions.pause}
          onBlur={deletions.resume}
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
