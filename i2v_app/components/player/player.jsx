// The player's face on a card. It is JSX because Python cannot reach MediaSource, fullscreen or the keyboard of a video.
// What it does: use_playback.js -> player_life.js -> viewing.js -> playback_session.js and media_feed.js.

import { useCallback, useRef } from "react";

import { watchLarge } from "$/public/external/i2v_app/components/viewer/address/address.js";

import { Controls } from "./controls.jsx";
import { Surface } from "./surface.jsx";
import { usePlayback } from "./use_playback.js";
import { useSeek } from "./use_seek.js";

// Seconds that an arrow key moves.
const STEP = 1;

/**
 * One job from its first segment on. `state`, `attempt` and `watchable` (there is something to see) are the job's;
 * `message` and `howToFix` say why it ended without a video, if it did; `seconds` is how long the video is to be, if known.
 */
export function Player({ poster, name, seconds, ...job }) {
  const frame = useRef(null);
  const video = useRef(null);
  const playback = usePlayback(job, frame, video);
  const { phase, trouble, made, isGrowing, toggle } = playback;
  const seek = useSeek(video, playback);
  const isMoving = phase === "playing" || phase === "stalled" || phase === "starting";
  const canPlay = job.watchable && !trouble;

  const fullscreen = useCallback(() => {
    if (document.fullscreenElement) document.exitFullscreen();
    else frame.current.requestFullscreen?.().catch(() => {});
  }, []);

  const onKeyDown = (event) => {
    if (!canPlay || event.ctrlKey || event.metaKey || event.altKey) return;
    const own = event.target.tagName; // buttons have their space bar and Enter, the bar its arrows
    if (event.key === " " && own !== "BUTTON") toggle();
    else if (event.key === "ArrowRight" && own !== "INPUT") seek(video.current.currentTime + STEP);
    else if (event.key === "ArrowLeft" && own !== "INPUT") seek(video.current.currentTime - STEP);
    else if (event.key === "Enter" && own !== "BUTTON") watchLarge(job.jobId);
    else if (event.key === "f" || event.key === "F") fullscreen();
    else return;
    event.preventDefault();
  };

  return (
    <Surface {...{ frame, video, playback, poster, name, onKeyDown }} onPress={canPlay ? toggle : undefined}>
      {canPlay && (
        <Controls
          {...{ video, name, isMoving, made, isGrowing, seconds }}
          onToggle={toggle}
          onSeek={seek}
          onFullscreen={fullscreen}
        />
      )}
    </Surface>
  );
}
