// The player's controls: play and pause, where the picture is and how much of it is made, full screen.

import { useRef } from "react";

import { useClock } from "./use_clock.js";

/** `made`: seconds of a video that `isGrowing`. */
export function Controls({ video, name, isMoving, made, isGrowing, onToggle, onSeek, onFullscreen }) {
  const bar = useRef(null);
  const { time, duration } = useClock(video, bar);
  const there = isGrowing && duration ? made / duration : 1;
  const said = `${time.toFixed(1)} of ${duration.toFixed(1)} seconds${isGrowing ? `, ${made.toFixed(1)} made so far` : ""}`;
  return (
    <div className="player-controls">
      <button type="button" className="player-button" onClick={onToggle} aria-label={`${isMoving ? "Pause" : "Play"} ${name}`}>
        <Icon path={isMoving ? "M8 5v14M16 5v14" : "M8 5.5v13l10.5-6.5z"} filled={!isMoving} />
      </button>
      <input
        ref={bar}
        className="player-bar"
        type="range"
        min="0"
        max={duration || 1}
        step="0.01"
        defaultValue="0"
        style={{ "--made": `${100 * there}%` }}
        aria-label={`Position in ${name}`}
        aria-valuetext={said}
        onInput={(event) => onSeek(Number(event.target.value))}
      />
      <span className="player-time" aria-hidden="true">
        {clock(Math.floor(time))} / {clock(Math.round(duration))}
      </span>
      {document.fullscreenEnabled && (
        <button type="button" className="player-button" onClick={onFullscreen} aria-label={`Full screen ${name}`}>
          <Icon path="M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5" />
        </button>
      )}
    </div>
  );
}

function clock(whole) {
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function Icon({ path, filled }) {
  return (
    <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
      <path d={path} fill={filled ? "currentColor" : "none"} stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
