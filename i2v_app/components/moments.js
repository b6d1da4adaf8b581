// How a moment is written: with no more than it takes to know when that is.

const HOUR = { hour: "numeric", minute: "2-digit" };
const DAY = { day: "numeric", month: "short" };
const WEEK = 6 * 86_400_000; // milliseconds: the weekday alone says which day it is

/** What Intl is to write of a moment, by the names that `formOf` has. */
export const FORMS = { day: DAY, hour: HOUR, weekday: { weekday: "short", ...HOUR }, date: { ...DAY, ...HOUR } };

/** The hour alone for a moment of today; else with its day. Both are Dates, by the reader's own clock. */
export function formOf(moment, now) {
  if (moment.toDateString() === now.toDateString()) return "hour";
  return moment > now && moment - now < WEEK ? "weekday" : "date";
}
