// The picture, as large as the window allows, and everything that can be done with it.

import { useEffect, useImperativeHandle, useRef, useState } from "react";

import { Surface } from "$/public/external/i2v_app/components/player/player/surface.jsx";
import { usePlayback } from "$/public/external/i2v_app/components/player/player/use_playback.js";
import { useSeek } from "$/public/external/i2v_app/components/player/player/use_seek.js";
import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

import { frameAt, framesOf, stepFrom } from "./frames.js";
import { Original } from "./original.jsx";
import { Panel } from "./panel.jsx";
import { speedBeside } from "./keys.js";
import { useFrame } from "./use_frame.js";
import { useIdle } from "./use_idle.js";
import { useSwipe } from "./use_swipe.js";

// Seconds that an arrow key moves.
const STEP = 1;

/** `job` is undefined until it is read. `onSize` is told the size of the video, `onSpeak` what is to be said; `ref` gets what keys may do. */
export function Screen({ ref, id, job, habits, setHabits, neighbours, go, size, onSize, onSpeak }) {
  const say = useMessages();
  const room = useRef(null);
  const frame = useRef(null);
  const video = useRef(null);
  const [comparing, setComparing] = useState(false);
  const playback = usePlayback(asPlayed(job, say, id), frame, video);
  const { phase, trouble, made, isGrowing, fps, toggle } = playback;
  const seek = useSeek(video, playback);
  const isIdle = useIdle(room, phase === "playing");
  const shownFrame = useFrame(video, fps, phase);
  const swipe = useSwipe((way) => (way > 0 ? go.after() : go.before()));
  const canPlay = isWatchable(job) && !trouble;
  const length = isGrowing ? made : video.current?.duration || 0;

  const setSpeed = (speed) => {
    setHabits((before) => ({ ...before, speed }));
    onSpeak(say("watching.speed_is", { speed }));
  };
  const setLoops = (loops) => {
    setHabits((before) => ({ ...before, loops }));
    onSpeak(say(loops ? "watching.loops" : "watching.loops_not"));
  };
  const byFrames = (count) => {
    if (!fps || !length) return;
    if (!video.current.paused) toggle();
    const to = stepFrom(video.current.currentTime, count, fps, length);
    video.current.currentTime = to;
    onSpeak(say("watching.frame", { frame: frameAt(to, fps) + 1, count: framesOf(video.current.duration, fps) }));
  };
  const actions = {
    toggle,
    back: () => seek(video.current.currentTime - STEP),
    on: () => seek(video.current.currentTime + STEP),
    frameBack: () => byFrames(-1),
    frameOn: () => byFrames(1),
    slower: () => setSpeed(speedBeside(habits.speed, -1)),
    faster: () => setSpeed(speedBeside(habits.speed, 1)),
    loop: () => setLoops(!habits.loops),
    fullscreen: () => {
      if (document.fullscreenElement) document.exitFullscreen();
      else room.current.requestFullscreen?.().catch(() => {});
    },
    compare: () => setComparing(true),
    show: () => setComparing(false),
  };
  useImperativeHandle(ref, () => (canPlay ? actions : {}));

  useEffect(() => {
    // Both: loading a video sets the first back to the second.
    video.current.defaultPlaybackRate = video.current.playbackRate = habits.speed;
  }, [habits.speed]);
  useEffect(() => {
    const element = video.current;
    const told = () => element.videoWidth && onSize({ id, width: element.videoWidth, height: element.videoHeight });
    element.addEventListener("loadedmetadata", told);
    return () => element.removeEventListener("loadedmetadata", told);
  }, [id, onSize]);

  return (
    <div ref={room} className="viewer-room" data-idle={isIdle} data-comparing={comparing}>
      <div className="viewer-picture" {...swipe}>
        <Surface
          {...{ frame, video, playback, poster: job?.thumbnailUrl, name: job?.name ?? "" }}
          loops={habits.loops}
          onPress={canPlay ? toggle : undefined}
        >
          {job && canPlay && size && <Original job={job} size={size} isShown={comparing} />}
          {comparing && <span className="player-note">{say("watching.original")}</span>}
          {job && !trouble && <Ended job={job} />}
          {job?.state === "PROCESSING" && (
            <div className="meter" aria-hidden="true">
              <span style={{ "--part": job.progress.percent / 100 }} />
            </div>
          )}
        </Surface>
      </div>
      <Panel
        {...{ video, job, playback, habits, shownFrame, neighbours, go, actions, canPlay, comparing, setComparing, setSpeed, setLoops, seek }}
      />
    </div>
  );
}

/** Over the picture of a job that has no video: why, and what to do about it. */
function Ended({ job }) {
  const say = useMessages();
  if (job.state !== "FAILED" && job.state !== "CANCELLED") return null;
  const { message, howToFix } = whyNot(job, say);
  return (
    <div className="player-trouble">
      <strong>{message}</strong>
      <span>{howToFix}</span>
    </div>
  );
}

const isWatchable = (job) =>
  job?.state === "COMPLETED" || (job?.state === "PROCESSING" && job.progress.segmentsReady > 0);

function whyNot({ failure }, say) {
  if (!failure) return { message: say("watching.cancelled"), howToFix: say("watching.cancelled_fix") };
  const { code, message, howToFix } = failure;
  return { message: say.refusal(code) || message, howToFix: say.howToFix(code) || howToFix };
}

function asPlayed(job, say, id) {
  if (!job) return { jobId: id, watchable: false };
  const isRunning = job.state === "PROCESSING";
  const why = job.state === "FAILED" || job.state === "CANCELLED" ? whyNot(job, say) : {};
  return { jobId: id, state: job.state, attempt: isRunning ? job.progress.attempt : 0, watchable: isWatchable(job), ...why };
}
