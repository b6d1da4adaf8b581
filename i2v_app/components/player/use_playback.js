// Ties the life of a player to React: made when the elements are there, told of every change of the job, ended with them.

import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";

import { PlayerLife, UNSEEN } from "./player_life.js";
import { openingOf } from "./protocol.js";

const nobody = () => () => {};

/**
 * Drive `video` for a job of one's own (`jobId`), or for what `opening` opens (see protocol.js; the same function at every
 * call). Returns what is to be shown (`PlayerLife.seen`) and `toggle`.
 */
export function usePlayback({ jobId, opening: given, state, attempt, watchable, message, howToFix }, frame, video) {
  const [life, setLife] = useState(null);
  const opening = useMemo(() => given ?? openingOf(jobId), [given, jobId]);
  useEffect(() => {
    const made = new PlayerLife(frame.current, video.current);
    setLife(made);
    return () => made.end();
  }, [opening, frame, video]);
  useEffect(() => {
    life?.tell({ opening, state, attempt, watchable, message, howToFix });
  }, [life, opening, state, attempt, watchable, message, howToFix]);
  const seen = useSyncExternalStore(life?.subscribe ?? nobody, () => life?.seen ?? UNSEEN, () => UNSEEN);
  const toggle = useCallback(() => life?.toggle(), [life]);
  return { ...seen, toggle };
}
