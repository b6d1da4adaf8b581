// The controls below the picture: the bar, then what moves the video, and around it what changes how it is seen.

import { Bar } from "$/public/external/i2v_app/components/player/player/bar.jsx";
import { Icon } from "$/public/external/i2v_app/components/player/player/icon.jsx";
import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

import { SPEEDS } from "./keys.js";
import { holding } from "./use_hold.js";

export function Panel({
  video,
  job,
  playback,
  habits,
  shownFrame,
  neighbours,
  go,
  actions,
  canPlay,
  comparing,
  setComparing,
  setSpeed,
  setLoops,
  seek,
}) {
  const say = useMessages();
  const name = job?.name ?? "";
  const { phase, made, isGrowing, fps } = playback;
  const isMoving = phase === "playing" || phase === "stalled" || phase === "starting";
  return (
    <div className="viewer-panel">
      <div className="viewer-bar" hidden={!canPlay}>
        <Bar {...{ video, name, made, isGrowing }} seconds={job?.options.seconds} onSeek={seek} />
      </div>
      <div className="viewer-side">
        {canPlay && (
          <button type="button" className="button quiet small viewer-compare" aria-pressed={comparing} {...holding(setComparing)}>
            <Icon name="compare" />
            {say("watching.compare")}
          </button>
        )}
        {canPlay && shownFrame && (
          <span className="viewer-frame" aria-hidden="true">
            {say("watching.frame", shownFrame)}
          </span>
        )}
      </div>
      <div className="viewer-transport" role="group" aria-label={say("watching.controls")}>
        <Press icon="before" data-way="before" name={say("watching.before")} onClick={go.before} disabled={!neighbours.before} />
        <Press icon="frame_back" name={say("watching.frame_back")} onClick={actions.frameBack} disabled={!canPlay || !fps} />
        <button
          type="button"
          className="player-button viewer-play"
          onClick={actions.toggle}
          disabled={!canPlay}
          aria-label={say(isMoving ? "player.pause" : "player.play", { name })}
        >
          <Icon name={isMoving ? "pause" : "play"} />
        </button>
        <Press icon="frame_on" name={say("watching.frame_on")} onClick={actions.frameOn} disabled={!canPlay || !fps} />
        <Press icon="after" data-way="after" name={say("watching.after")} onClick={go.after} disabled={!neighbours.after} />
      </div>
      <div className="viewer-side viewer-habits">
        {canPlay && (
          <>
            <label className="option viewer-speed">
              <span className="visually-hidden">{say("watching.speed")}</span>
              <select value={habits.speed} onChange={(event) => setSpeed(Number(event.target.value))}>
                {SPEEDS.map((speed) => (
                  <option key={speed} value={speed}>
                    {say("watching.times", { speed })}
                  </option>
                ))}
              </select>
            </label>
            <Press icon="loop" name={say("watching.loop")} aria-pressed={habits.loops} onClick={() => setLoops(!habits.loops)} />
            {document.fullscreenEnabled && (
              <Press icon="fullscreen" name={say("player.full_screen", { name })} onClick={actions.fullscreen} />
            )}
          </>
        )}
      </div>
    </div>
  );
}

function Press({ icon, name, ...rest }) {
  return (
    <button type="button" className="player-button" aria-label={name} title={name} {...rest}>
      <Icon name={icon} />
    </button>
  );
}
