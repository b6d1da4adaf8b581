// The player's face. It is JSX because Python cannot reach MediaSource, fullscreen or the keyboard of a video.
// What it does: use_playback.js -> player_life.js -> viewing.js -> playback_session.js and media_feed.js.

import { useCallback, useRef } from "react";

import { Controls } from "./controls.jsx";
import { usePlayback } from "./use_playback.js";

// Seconds that an arrow key moves.
const STEP = 1;

// Seconds before the end of what is made, to which one may jump at most: at the end itself there is no picture.
const BEFORE_END = 0.05;

/**
 * One job from its first segment on. `state`, `attempt` and `watchable` (there is something to see) are the job's;
 * `message` and `howToFix` say why it ended without a video, if it did.
 */
export function Player({ poster, name, ...job }) {
  const frame = useRef(null);
  const video = useRef(null);
  const { phase, note, trouble, made, isGrowing, toggle } = usePlayback(job, frame, video);
  const isMoving = phase === "playing" || phase === "stalled" || phase === "starting";
  const canPlay = job.watchable && !trouble;

  const seek = useCallback(
    (to) => {
      const { duration } = video.current;
      const end = isGrowing ? made : duration;
      if (duration) video.current.currentTime = Math.max(0, Math.min(to, end - BEFORE_END));
    },
    [isGrowing, made],
  );

  const fullscreen = useCallback(() => {
    if (document.fullscreenElement) document.exitFullscreen();
    else frame.current.requestFullscreen?.().catch(() => {});
  }, []);

  const onKeyDown = (event) => {
    if (!canPlay || event.ctrlKey || event.metaKey || event.altKey) return;
    const own = event.target.tagName; // buttons have their space bar, the bar its arrows
    if (event.key === " " && own !== "BUTTON") toggle();
    else if (event.key === "ArrowRight" && own !== "INPUT") seek(video.current.currentTime + STEP);
    else if (event.key === "ArrowLeft" && own !== "INPUT") seek(video.current.currentTime - STEP);
    else if (event.key === "f" || event.key === "F") fullscreen();
    else return;
    event.preventDefault();
  };

  return (
    <div
      ref={frame}
      className="player"
      data-phase={phase}
      data-growing={isGrowing}
      role="group"
      aria-label={`Video of ${name}`}
      onKeyDown={onKeyDown}
      onContextMenu={(event) => event.preventDefault()}
    >
      <video
        ref={video}
        poster={poster}
        muted
        loop
        playsInline
        preload="none"
        tabIndex={-1}
        disablePictureInPicture
        disableRemotePlayback
        controlsList="nodownload noremoteplayback noplaybackrate"
        aria-label={`Video of ${name}`}
        onClick={canPlay ? toggle : undefined}
      />
      {note && <span className="player-note">{note}</span>}
      {trouble && <Trouble {...trouble} onRetry={toggle} />}
      {(phase === "stalled" || phase === "starting") && <span className="player-spinner" aria-hidden="true" />}
      {canPlay && (
        <Controls
          {...{ video, name, isMoving, made, isGrowing }}
          onToggle={toggle}
          onSeek={seek}
          onFullscreen={fullscreen}
        />
      )}
    </div>
  );
}

function Trouble({ message, howToFix, canRetry, onRetry }) {
  return (
    // What became of a job is said by the page; said aloud here is only what stands nowhere else.
    <div className="player-trouble" role={canRetry ? "alert" : undefined}>
      <strong>{message}</strong>
      <span>{howToFix}</span>
      {canRetry && (
        <button type="button" className="button small" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
