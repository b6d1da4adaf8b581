// Frame by frame. A place in a video is a time; the middle of a frame is the time that no rounding takes for its neighbour.

/** Which frame stands at this time, from 0. A hair is added because times of frames are fractions that do not come out even. */
export const frameAt = (time, fps) => Math.floor(time * fps + 0.01);

/** How many frames a video has. */
export const framesOf = (seconds, fps) => Math.round(seconds * fps);

/** The time to go to for the frame `by` frames on from `time`, kept within the first `seconds`. */
export function stepFrom(time, by, fps, seconds) {
  const last = framesOf(seconds, fps) - 1;
  return (Math.max(0, Math.min(frameAt(time, fps) + by, last)) + 0.5) / fps;
}
