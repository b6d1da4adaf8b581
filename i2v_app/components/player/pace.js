// When to start: at once if segments come faster than they play, later if starting now would only mean stopping soon.

/**
 * Whether a video may start that has `have` of its `total` segments, each `length` seconds long and fetched in `each`
 * seconds. It may if every further segment arrives before the picture gets to it.
 */
export function canStart(have, total, length, each) {
  if (have >= total) return true;
  const next = each <= have * length; // the one that comes next
  const last = (total - have) * each <= (total - 1) * length; // the last, if they come more slowly than they play
  return have > 0 && next && last;
}
