// Ties the life of a player to React: made when the elements are there, told of every change of the job, ended with them.

import { useCallback, useEffect, useState, useSyncExternalStore } from "react";

import { PlayerLife, UNSEEN } from "./player_life.js";

const nobody = () => () => {};

/** Drive `video` for a job. Returns what is to be shown (`PlayerLife.seen`) and `toggle`. */
export function usePlayback({ jobId, state, attempt, watchable, message, howToFix }, frame, video) {
  const [life, setLife] = useState(null);
  useEffect(() => {
    const made = new PlayerLife(frame.current, video.current);
    setLife(made);
    return () => made.end();
  }, [jobId, frame, video]);
  useEffect(() => {
    life?.tell({ jobId, state, attempt, watchable, message, howToFix });
  }, [life, jobId, state, attempt, watchable, message, howToFix]);
  const seen = useSyncExternalStore(life?.subscribe ?? nobody, () => life?.seen ?? UNSEEN, () => UNSEEN);
  const toggle = useCallback(() => life?.toggle(), [life]);
  return { ...seen, toggle };
}
