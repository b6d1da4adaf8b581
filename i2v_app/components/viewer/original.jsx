// The original picture over the video, in the very same place: cut as the video's frame was cut from it.

import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

/** `size`: `{ width, height }` of the video in pixels. */
export function Original({ job, size, isShown }) {
  const say = useMessages();
  const ratio = size.width / size.height;
  const { x, y } = job.options.focus;
  const whole = job.width / job.height;
  const style = {
    "--ratio": ratio,
    objectPosition: `${part(x, Math.min(1, ratio / whole))}% ${part(y, Math.min(1, whole / ratio))}%`,
  };
  return <img className="viewer-original" src={job.pictureUrl} style={style} alt={isShown ? say("watching.original") : ""} />;
}

/** Where a frame that shows `shown` (0 to 1) of a side lies if it is laid around `middle`: percent of the way it could move. */
function part(middle, shown) {
  if (shown > 0.999) return 50;
  return 100 * Math.max(0, Math.min(1, (middle - shown / 2) / (1 - shown)));
}
