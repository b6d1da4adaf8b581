// Times as the viewer's own clock, zone and language have them: only the browser knows these.
// The server's clock may be off from the viewer's; the difference is taken once and added to every time shown.

import { useEffect } from "react";

import { localeOf, useLanguage } from "$/public/external/i2v_app/messages/words/messages.js";

import { FORMS, formOf } from "./moments.js";

let skew = 0; // seconds to add to a time by the server's clock

/** Learns the server's time. Shows nothing. */
export function ServerClock({ now }) {
  useEffect(() => {
    if (now) skew = Date.now() / 1000 - now;
  }, [now]);
  return null;
}

/** Milliseconds by the server's clock. */
export const serverNow = () => Date.now() - skew * 1000;

/** A moment given in UNIX seconds by the server's clock: the hour, with its day if that is not today, or the day alone if `day` is set. */
export function LocalTime({ at, day }) {
  const language = useLanguage();
  const moment = new Date((at + skew) * 1000);
  return <time dateTime={moment.toISOString()}>{formatOf(language, day ? "day" : formOf(moment, new Date())).format(moment)}</time>;
}

const formats = new Map(); // making one takes far longer than using it, and a page may show a hundred times

function formatOf(language, form) {
  const key = `${language} ${form}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(localeOf(language), FORMS[form]);
    formats.set(key, format);
  }
  return format;
}
