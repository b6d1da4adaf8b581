// The tab's title and icon while one looks elsewhere: how far the video is, and that it is done until somebody has looked.

import { useEffect, useState } from "react";

import { useTabTitle } from "$/public/external/i2v_app/components/tab_title/tab_title.js";
import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

import { useChanges } from "./changes.js";
import { tell } from "./told.js";

const STEP = 5; // percent by which the icon changes: one does not see less

/** Shows nothing on the page itself. */
export function TabProgress({ cards, waiting, running, known }) {
  const say = useMessages();
  const [isUnseen, setUnseen] = useState(false);

  useChanges(cards, known, (card, before) => {
    if (card.state !== "COMPLETED" || !before) return;
    if (document.hidden) setUnseen(true);
    void tell(card.id, say("waiting.ready"), card.name || say("waiting.unnamed"));
  });

  useEffect(() => {
    const onLook = () => !document.hidden && setUnseen(false);
    document.addEventListener("visibilitychange", onLook);
    return () => document.removeEventListener("visibilitychange", onLook);
  }, []);

  const percents = Object.values(running).map(({ percent }) => percent);
  const percent = percents.length ? Math.max(...percents) : null;
  const count = Object.keys(waiting).length;
  useTabTitle("progress", titleOf(say, percent, count, isUnseen));

  const icon = percent === null ? (isUnseen ? "done" : null) : Math.floor(percent / STEP) * STEP;
  useEffect(() => draw(icon), [icon]);
  useEffect(() => () => draw(null), []);
  return null;
}

function titleOf(say, percent, count, isUnseen) {
  if (percent !== null) return say("waiting.title_running", { count, part: percent / 100 });
  if (isUnseen) return say("waiting.title_done");
  return count ? say("waiting.title_waiting", { count }) : "";
}

/** A ring that fills, a full one with a tick when it is "done", the page's own icon for null. */
function draw(icon) {
  const link = document.querySelector("link[rel=icon]");
  if (!link) return;
  link.dataset.own ??= link.getAttribute("href");
  link.setAttribute("href", icon === null ? link.dataset.own : `data:image/svg+xml,${encodeURIComponent(ring(icon))}`);
}

function ring(icon) {
  const part = icon === "done" ? 100 : icon;
  const tick = icon === "done" ? '<path d="M10 16.5l4 4 8-9" fill="none" stroke="#d9541e" stroke-width="3.5"/>' : "";
  return (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><g fill="none" stroke-width="6">' +
    '<circle cx="16" cy="16" r="12" stroke="#8f877b" stroke-opacity=".45"/>' +
    `<circle cx="16" cy="16" r="12" stroke="#d9541e" pathLength="100" stroke-dasharray="${part} 100" transform="rotate(-90 16 16)"/></g>${tick}</svg>`
  );
}
