// The order of the viewer's own waiting jobs: what was asked for is shown at once, and put right by what the server says.

import { useEffect, useState } from "react";

const PATIENCE = 6_000; // milliseconds in which the server's places should have come

/** [the ids in order, move(id, to)]; `refused` counts the orders that the server did not follow. */
export function useOrder(places, refused, onMove) {
  const [wanted, setWanted] = useState(null);
  const key = places.join();
  const isWhole = wanted && wanted.length === places.length && wanted.every((id) => places.includes(id));

  useEffect(() => {
    if (!wanted) return undefined;
    if (!isWhole || wanted.join() === key) {
      setWanted(null);
      return undefined;
    }
    const timer = setTimeout(() => setWanted(null), PATIENCE);
    return () => clearTimeout(timer);
  }, [wanted, key]);
  useEffect(() => setWanted(null), [refused]);

  const order = isWhole ? wanted : places;
  const move = (id, to) => {
    const others = order.filter((one) => one !== id);
    const next = [...others.slice(0, to), id, ...others.slice(to)];
    if (to < 0 || to > others.length || next.join() === order.join()) return false;
    setWanted(next);
    onMove(id, others[to] ?? "");
    return true;
  };
  return [order, move];
}
