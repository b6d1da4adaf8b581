// The player's face. It is JSX because Python cannot reach MediaSource, fullscreen or the keyboard of a video.
// How it gets its bytes: use_playback.js -> playback_session.js -> segment_source.js -> media_feed.js.

import { useCallback, useEffect, useRef, useState } from "react";

import { usePlayback } from "./use_playback.js";

// Seconds that an arrow key moves: two segments.
const STEP = 1;

export function Player({ jobId, poster, name }) {
  const frame = useRef(null);
  const video = useRef(null);
  const bar = useRef(null);
  const { phase, refusal, toggle } = usePlayback(jobId, frame, video);
  const { time, duration } = useClock(video, bar);
  const isMoving = phase === "playing" || phase === "stalled" || phase === "starting";

  const seek = useCallback((to) => {
    const element = video.current;
    if (element.duration) element.currentTime = Math.min(Math.max(to, 0), element.duration - 0.05);
  }, []);

  const fullscreen = useCallback(() => {
    if (document.fullscreenElement) document.exitFullscreen();
    else frame.current.requestFullscreen?.().catch(() => {});
  }, []);

  const onKeyDown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
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
        onClick={toggle}
      />
      {refusal && (
        <div className="player-refusal" role="alert">
          <strong>{refusal.message}</strong>
          <span>{refusal.howToFix}</span>
          <button type="button" className="button small" onClick={toggle}>
            Try again
          </button>
        </div>
      )}
      {!refusal && (
        <>
          {(phase === "stalled" || phase === "starting") && <span className="player-spinner" aria-hidden="true" />}
          <div className="player-controls">
            <button type="button" className="player-button" onClick={toggle} aria-label={`${isMoving ? "Pause" : "Play"} ${name}`}>
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
              aria-label={`Position in ${name}`}
              aria-valuetext={`${time.toFixed(1)} of ${duration.toFixed(1)} seconds`}
              onInput={(event) => seek(Number(event.target.value))}
            />
            <span className="player-time" aria-hidden="true">
              {clock(Math.floor(time))} / {clock(Math.round(duration))}
            </span>
            {document.fullscreenEnabled && (
              <button type="button" className="player-button" onClick={fullscreen} aria-label={`Full screen ${name}`}>
                <Icon path="M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5" />
              </button>
            )}
          </div>
        </>
      )}
    </div>
  );
}

/** The time to show, a few times a second, while the bar itself moves with every picture of the screen. */
function useClock(video, bar) {
  const [time, setTime] = useState(0);
  const [duration, setDuration] = useState(0);
  useEffect(() => {
    const element = video.current;
    let frame = 0;
    const move = () => {
      if (bar.current && element.duration) {
        bar.current.value = element.currentTime;
        bar.current.style.setProperty("--played", `${(100 * element.currentTime) / element.duration}%`);
      }
    };
    const run = () => {
      move();
      frame = element.paused ? 0 : requestAnimationFrame(run);
    };
    const onTime = () => {
      setTime(element.currentTime);
      if (!frame) move();
    };
    const onDuration = () => setDuration(Number.isFinite(element.duration) ? element.duration : 0);
    const onPlaying = () => {
      if (!frame) run();
    };
    element.addEventListener("timeupdate", onTime);
    element.addEventListener("durationchange", onDuration);
    element.addEventListener("playing", onPlaying);
    return () => {
      cancelAnimationFrame(frame);
      element.removeEventListener("timeupdate", onTime);
      element.removeEventListener("durationchange", onDuration);
      element.removeEventListener("playing", onPlaying);
    };
  }, [video, bar]);
  return { time, duration };
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
