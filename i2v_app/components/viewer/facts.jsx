// What there is to know about a job, in a line: what was wished for, how large the video is, how long it is kept.

import { daysUntil, leftInWords } from "$/public/external/i2v_app/components/gallery/gallery/days.js";
import { useNow } from "$/public/external/i2v_app/components/gallery/gallery/use_now.js";
import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

/** `size`: `{ width, height }` of the video in pixels, null while it is not known. */
export function Facts({ job, size }) {
  const say = useMessages();
  const now = useNow();
  const { state, options, progress, expiresAt } = job;
  const facts = [
    state === "QUEUED" && (progress.queuePosition ? say("watching.place", { place: progress.queuePosition }) : say("watching.waiting")),
    state === "PROCESSING" && say("watching.being_made", { part: Math.floor(progress.percent) / 100 }),
    state === "FAILED" && say("watching.failed"),
    state === "CANCELLED" && say("watching.was_cancelled"),
    say(`options.motion_${options.motion}`),
    options.shape !== "AS_PICTURE" && say(`options.shape_${options.shape}`),
    say("watching.length", { seconds: options.seconds }),
    size && `${size.width} × ${size.height}`,
    expiresAt && leftInWords(say, daysUntil(expiresAt, now)),
  ];
  return (
    <p className="viewer-facts">
      {facts.filter(Boolean).map((fact) => (
        <span key={fact}>{fact}</span>
      ))}
    </p>
  );
}
