// Time left, in days as people count them: by the calendar of where they are.

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LENGTHS = [7, 14, 30, 90, 365]; // days for which a video may be kept from now on, as far as the operator allows
const MARGIN = 60_000; // milliseconds: what is asked for must still be allowed when the request arrives

/** Midnights between now and then: 0 today, 1 tomorrow; never less than 0. */
export function daysUntil(then, now) {
  const midnight = (time) => new Date(time).setHours(0, 0, 0, 0);
  return Math.max(0, Math.round((midnight(then) - midnight(now)) / DAY));
}

/** The days left in words; `days` as `daysUntil` counts them. */
export const leftInWords = (say, days) =>
  say(days === 0 ? "keeping.ends_today" : days === 1 ? "keeping.ends_tomorrow" : "keeping.days_left", { days });

/** Whole days if it is two days and more, else hours: `{ days }` or `{ hours }`. */
export const length = (hours) => (hours >= 48 ? { days: Math.floor(hours / 24) } : { hours: Math.floor(hours) });

/** Whether it can be kept for longer at all: if that is not switched off, and by an hour at least. */
export const canKeep = (item, bounds, now) =>
  Boolean(
    bounds &&
      bounds.keepAtMostHours > bounds.retentionHours &&
      item.expiresAt &&
      item.expiresAt + HOUR < now + bounds.keepAtMostHours * HOUR,
  );

/**
 * Until when items that are deleted at `soonest` and later may be kept: `[{ days, until }]`, times in milliseconds. The last
 * is as long as it is allowed, without `days`.
 */
export function choicesFor(soonest, bounds, now) {
  const most = now + bounds.keepAtMostHours * HOUR - MARGIN;
  const choices = LENGTHS.map((days) => ({ days, until: now + days * DAY }));
  return [...choices.filter(({ until }) => until > soonest + HOUR && until < most - HOUR), { days: null, until: most }];
}
