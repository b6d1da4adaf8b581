// What the API would not do, and what to do about it.

import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

/** A refusal as the API answers it; without a message: the server could not be reached. */
export function Trouble({ code, message, howToFix, limit }) {
  const say = useMessages();
  return (
    <p className="viewer-trouble">
      <strong>{(code && say.refusal(code, { limit })) || message || say("watching.unreachable")}</strong>
      <span>{(code && say.howToFix?.(code, { limit })) || howToFix || say("watching.unreachable_fix")}</span>
    </p>
  );
}
