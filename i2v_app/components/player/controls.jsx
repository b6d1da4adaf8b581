// The player's controls: play and pause, where the picture is and how much of it is made, full screen.

import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

import { Bar } from "./bar.jsx";
import { Icon } from "./icon.jsx";

/** `made`: seconds of a video that `isGrowing`; `seconds`: how long it is, where the browser does not know yet. */
export function Controls({ video, name, isMoving, made, isGrowing, seconds, onToggle, onSeek, onFullscreen }) {
  const say = useMessages();
  return (
    <div className="player-controls">
      <button
        type="button"
        className="player-button"
        onClick={onToggle}
        aria-label={say(isMoving ? "player.pause" : "player.play", { name })}
      >
        <Icon name={isMoving ? "pause" : "play"} />
      </button>
      <Bar {...{ video, name, made, isGrowing, seconds, onSeek }} />
      {document.fullscreenEnabled && (
        <button
          type="button"
          className="player-button"
          onClick={onFullscreen}
          aria-label={say("player.full_screen", { name })}
        >
          <Icon name="fullscreen" />
        </button>
      )}
    </div>
  );
}
