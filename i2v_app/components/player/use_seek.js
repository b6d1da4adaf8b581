// Going to another place of the video.

import { useCallback } from "react";

// Seconds before the end of what is made, to which one may jump at most: at the end itself there is no picture.
const BEFORE_END = 0.05;

/** A function that goes to a place in seconds, or as near to it as there is a picture. */
export function useSeek(video, { made, isGrowing }) {
  return useCallback(
    (to) => {
      const { duration } = video.current;
      const end = isGrowing ? made : duration;
      if (duration) video.current.currentTime = Math.max(0, Math.min(to, end - BEFORE_END));
    },
    [video, isGrowing, made],
  );
}
