// What has become of the viewer's jobs since the last time the page looked.

import { useEffect, useRef } from "react";

/** Calls `onChange(card, before)` for every job that is new or in another state than before; `before` is empty for a new one. */
export function useChanges(cards, isKnown, onChange) {
  const states = useRef(null);
  useEffect(() => {
    if (!isKnown) return;
    const now = new Map(cards.map((card) => [card.id, card.state]));
    const newest = Math.max(0, ...[...(states.current?.values() ?? [])].map((one) => one.at));
    for (const card of cards) {
      const before = states.current?.get(card.id);
      // Older ones come when they are asked for; that is no news.
      const isNews = before ? before.state !== card.state : states.current && card.created_at >= newest;
      if (isNews) onChange(card, before?.state ?? "");
    }
    states.current = new Map(cards.map((card) => [card.id, { state: now.get(card.id), at: card.created_at }]));
  }, [cards, isKnown]);
}
