// Where the picture is, how much of it is made, and how long it all is: a bar to drag, and the time beside it.

import { useRef } from "react";

import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

import { useClock } from "./use_clock.js";

/** `made`: seconds of a video that `isGrowing`; `seconds`: how long it is, where the browser does not know yet. */
export function Bar({ video, name, made, isGrowing, seconds, onSeek }) {
  const say = useMessages();
  const bar = useRef(null);
  const { time, duration: known } = useClock(video, bar);
  const duration = known || seconds || 0;
  const there = isGrowing && duration ? made / duration : 1;
  const place = { time: tenths(time), length: tenths(duration), made: tenths(made) };
  return (
    <>
      <input
        ref={bar}
        className="player-bar"
        type="range"
        min="0"
        max={duration || 1}
        step="0.01"
        defaultValue="0"
        style={{ "--made": `${100 * there}%` }}
        aria-label={say("player.position", { name })}
        aria-valuetext={say(isGrowing ? "player.place_growing" : "player.place", place)}
        onInput={(event) => onSeek(Number(event.target.value))}
      />
      {duration > 0 && (
        <span className="player-time" aria-hidden="true">
          {clock(Math.floor(time))} / {clock(Math.round(duration))}
        </span>
      )}
    </>
  );
}

const tenths = (seconds) => Math.round(10 * seconds) / 10;

function clock(whole) {
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
