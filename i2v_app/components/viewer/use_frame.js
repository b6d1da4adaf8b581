// Which frame stands there, while it stands.

import { useEffect, useState } from "react";

import { frameAt, framesOf } from "./frames.js";

/** `{ frame, count }`, counted from 1, while the video is paused; null while it moves. The same object until it changes. */
export function useFrame(video, fps, phase) {
  const [shown, setShown] = useState(null);
  useEffect(() => {
    const element = video.current;
    const stands = phase === "paused" || phase === "ended";
    const look = () => {
      const { currentTime, duration } = element;
      const count = fps && duration ? framesOf(duration, fps) : 0;
      const frame = Math.min(frameAt(currentTime, fps) + 1, count);
      if (!stands || !count) setShown(null);
      else setShown((before) => (before?.frame === frame && before.count === count ? before : { frame, count }));
    };
    look();
    const names = ["seeking", "seeked", "durationchange"];
    for (const name of names) element.addEventListener(name, look);
    return () => {
      for (const name of names) element.removeEventListener(name, look);
    };
  }, [video, fps, phase]);
  return shown;
}
