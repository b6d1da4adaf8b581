// When a link to a video may end.

const HOUR = 3_600_000;
const DAYS = [1, 7];

/**
 * The ends to choose from, none of which the server would refuse: `{ key, at, days, hours }`, `at` as a Date. The key is "video"
 * for the end of the video itself, which is `expiresAt`; "hours" where nothing but the longest that is allowed is left to offer.
 * `maxHours`: for how long a link may be, undefined while that is not known; `now` in milliseconds by the server's clock.
 */
export function endsFor(expiresAt, maxHours, now) {
  const video = new Date(expiresAt);
  const latest = maxHours === undefined ? video : new Date(now + maxHours * HOUR);
  const days = DAYS.map((count) => ({ key: `${count}`, days: count, at: new Date(now + 24 * count * HOUR) }));
  const ends = days.filter(({ at }) => at < video && at <= latest);
  if (video <= latest) ends.push({ key: "video", at: video });
  return ends.length ? ends : [{ key: "hours", hours: maxHours, at: latest }];
}
