// The quiet offer to be told when a video is ready, where one waits. Nothing is asked before it is clicked.

import { useState } from "react";

import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

import { tellMe, useTold } from "$/public/external/i2v_app/components/waiting/telling/told.js";

export function TellMe() {
  const say = useMessages();
  const standing = useTold();
  const [wasAsked, setAsked] = useState(false);
  if (standing === "unable") return null;
  // Who has blocked them knows; it is said only to who has just asked for them.
  if (standing === "blocked") return wasAsked ? <p className="strip-told">{say("waiting.told_blocked")}</p> : null;
  const isOn = standing === "on";
  return (
    <button
      type="button"
      className="button quiet small strip-tell"
      aria-pressed={isOn}
      onClick={() => {
        setAsked(true);
        void tellMe(!isOn);
      }}
    >
      <svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true" focusable="false">
        <path
          d="M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10 20.5a2 2 0 0 0 4 0"
          fill={isOn ? "currentColor" : "none"}
          stroke="currentColor"
          strokeWidth="1.8"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
      {isOn ? say("waiting.told") : say("waiting.tell_me")}
    </button>
  );
}
