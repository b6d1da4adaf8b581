// What can be done with those that are selected. At the bottom, where thumbs are.

import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

import { Icon } from "./icon.jsx";

export function SelectionBar({ count, total, canKeep, isCollecting, onAll, onKeep, onDelete, onEnd }) {
  const say = useMessages();
  return (
    <div className="selection-bar" role="group" aria-label={say("keeping.selection")}>
      <button type="button" className="button round quiet" aria-label={say("keeping.end_selecting")} onClick={onEnd}>
        <Icon name="close" />
      </button>
      <p role="status" className="selection-count">
        {say(isCollecting ? "keeping.collecting" : "keeping.selected", { count })}
      </p>
      {count < total && (
        <button type="button" className="button small quiet selection-all" disabled={isCollecting} onClick={onAll}>
          {say("keeping.select_all", { total })}
        </button>
      )}
      <div className="selection-actions">
        {canKeep && (
          <button type="button" className="button small" onClick={onKeep}>
            <Icon name="longer" size={18} />
            {say("keeping.keep_longer")}
          </button>
        )}
        <button type="button" className="button small danger" disabled={!count} onClick={onDelete}>
          <Icon name="bin" size={18} />
          {say("keeping.delete")}
        </button>
      </div>
    </div>
  );
}
