// What could not be done, until it has been read.

import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

import { Icon } from "./icon.jsx";

export function Trouble({ sentence, onDismiss }) {
  const say = useMessages();
  return (
    <div role="alert">
      {sentence && (
        <div className="toast">
          <span>{sentence}</span>
          <button type="button" className="button round quiet" aria-label={say("keeping.dismiss")} onClick={onDismiss}>
            <Icon name="close" size={18} />
          </button>
        </div>
      )}
    </div>
  );
}
