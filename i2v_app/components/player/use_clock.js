// The time to show, a few times a second, while the bar itself moves with every picture of the screen.

import { useEffect, useState } from "react";

/** `{ time, duration }` of the video in seconds; moves the bar (a range input) along. */
export function useClock(video, bar) {
  const [time, setTime] = useState(0);
  const [duration, setDuration] = useState(0);
  useEffect(() => {
    const element = video.current;
    let frame = 0;
    const move = () => {
      if (!bar.current) return;
      const length = element.duration || 1;
      bar.current.value = element.currentTime;
      bar.current.style.setProperty("--played", `${(100 * element.currentTime) / length}%`);
    };
    const run = () => {
      move();
      frame = element.paused ? 0 : requestAnimationFrame(run);
    };
    const listeners = {
      timeupdate: () => {
        setTime(element.currentTime);
        if (!frame) move();
      },
      durationchange: () => setDuration(Number.isFinite(element.duration) ? element.duration : 0),
      playing: () => {
        if (!frame) run();
      },
      emptied: () => {
        setTime(0);
        setDuration(0);
        move();
      },
    };
    for (const [name, listener] of Object.entries(listeners)) element.addEventListener(name, listener);
    return () => {
      cancelAnimationFrame(frame);
      for (const [name, listener] of Object.entries(listeners)) element.removeEventListener(name, listener);
    };
  }, [video, bar]);
  return { time, duration };
}
