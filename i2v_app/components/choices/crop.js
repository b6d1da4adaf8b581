// What a shape leaves of a picture, by the same rule as the worker's: the largest frame of that shape, its middle as near
// to the focus as the picture's edges allow.

/** The frame as parts of the picture, 0 to 1: `{ left, top, width, height }`. `ratio` is its width for a height of 1. */
export function frameOf(picture, ratio, focus) {
  const own = picture.width / picture.height;
  const width = ratio && ratio < own ? ratio / own : 1;
  const height = ratio && ratio > own ? own / ratio : 1;
  return { left: startOf(focus.x, width), top: startOf(focus.y, height), width, height };
}

/** The CSS `object-position` that shows that frame with `object-fit: cover`. */
export function objectPosition(picture, ratio, focus) {
  const { left, top, width, height } = frameOf(picture, ratio, focus);
  return `${percentOf(left, width)}% ${percentOf(top, height)}%`;
}

const startOf = (focus, length) => Math.min(Math.max(focus - length / 2, 0), 1 - length);
// CSS counts in what is left over, not in the picture.
const percentOf = (start, length) => (length < 1 ? (100 * start) / (1 - length) : 50);
