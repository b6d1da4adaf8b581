// Puts together what the server tells of the cards: the list as it was sent last, and what has changed since.

import { useMemo } from "react";

/** The cards, newest first. `changed`: by id those that are new or otherwise now, null for those that are gone. */
export function useCardList(listed, changed) {
  return useMemo(() => {
    if (!Object.keys(changed).length) return listed;
    const rest = listed.filter((card) => !(card.id in changed));
    return [...rest, ...Object.values(changed).filter(Boolean)].sort(newestFirst);
  }, [listed, changed]);
}

/** Their ids. */
export function useIds(cards) {
  return useMemo(() => cards.map((card) => card.id), [cards]);
}

const newestFirst = (one, other) => other.created_at - one.created_at || (one.id < other.id ? 1 : -1);
