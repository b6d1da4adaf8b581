// The life of one player: what state it is in, when it opens its playback, and how all of it ends.

import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { canPlay, feed, release } from "./media_feed.js";
import { Refused, openPlayback } from "./playback_session.js";
import { pieces } from "./segment_source.js";
import { join, take, yieldStage } from "./stage.js";

// Part of the player that must be seen before it plays by itself.
const IN_VIEW = 0.6;

const BROKEN = { message: "The video could not be loaded.", howToFix: "Check your connection and try again." };
const CANNOT = { message: "This browser cannot play the video.", howToFix: "A current Chrome, Edge, Firefox or Safari can." };

/**
 * Drive `video` for a job. Returns `{ phase, refusal, toggle, retry }`; phase is "waiting" (nothing asked for yet),
 * "starting", "playing", "paused", "stalled", "ended" or "refused".
 */
export function usePlayback(jobId, frame, video) {
  const [phase, setPhase] = useState("waiting");
  const [refusal, setRefusal] = useState(null);
  const life = useRef(null); // AbortController of the present playback
  const pausedByHand = useRef(false);
  const inView = useRef(false);

  const open = useCallback(async () => {
    if (life.current) return;
    const control = (life.current = new AbortController());
    const { signal } = control;
    setRefusal(null);
    setPhase("starting");
    try {
      const session = await openPlayback(jobId, signal);
      if (!canPlay(session.mimeType)) throw new Refused(CANNOT);
      await feed(video.current, session, pieces(session, signal), () => {}, signal);
    } catch (error) {
      if (signal.aborted) return;
      control.abort();
      life.current = null;
      if (video.current) release(video.current);
      setRefusal(error instanceof Refused ? { message: error.message, howToFix: error.howToFix } : BROKEN);
      setPhase("refused");
    }
  }, [jobId, video]);

  const player = useMemo(
    () => ({
      isReady: () => inView.current && !pausedByHand.current,
      start: () => {
        open();
        // Refused by the browser when the tab is hidden or saves power; the play button is there for that.
        video.current?.play().catch(() => {});
      },
      stop: () => video.current?.pause(),
    }),
    [open, video],
  );

  useEffect(() => {
    const leave = join(player);
    const watcher = new IntersectionObserver(
      ([entry]) => {
        inView.current = entry.intersectionRatio >= IN_VIEW;
        if (!inView.current && !document.fullscreenElement) video.current?.pause();
        yieldStageIfIdle(player, video.current);
      },
      { threshold: [0, IN_VIEW] },
    );
    watcher.observe(frame.current);
    const element = video.current;
    return () => {
      watcher.disconnect();
      leave();
      life.current?.abort();
      life.current = null;
      release(element);
    };
  }, [player, frame, video]);

  useEffect(() => {
    const element = video.current;
    const listeners = {
      playing: () => setPhase("playing"),
      waiting: () => setPhase((now) => (now === "starting" ? now : "stalled")),
      pause: () => {
        setPhase((now) => (now === "refused" || now === "waiting" ? now : "paused"));
        yieldStage(player);
      },
      ended: () => setPhase("ended"),
      error: () => {
        if (!element.getAttribute("src")) return; // let go of on purpose
        life.current?.abort();
        life.current = null;
        setRefusal(BROKEN);
        setPhase("refused");
      },
    };
    for (const [name, listener] of Object.entries(listeners)) element.addEventListener(name, listener);
    return () => {
      for (const [name, listener] of Object.entries(listeners)) element.removeEventListener(name, listener);
    };
  }, [player, video]);

  const toggle = useCallback(() => {
    const element = video.current;
    pausedByHand.current = Boolean(life.current) && !element.paused;
    if (pausedByHand.current) return element.pause();
    take(player);
    player.start();
  }, [player, video]);

  return { phase, refusal, toggle };
}

function yieldStageIfIdle(player, video) {
  if (!video || video.paused) yieldStage(player);
}
