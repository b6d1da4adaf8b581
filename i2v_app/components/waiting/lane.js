// The queue as blocks, in order: the viewer's own, and between them the others, of whom only the number is known.

const OTHERS = 5; // drawn one by one up to here; more are a number
const OWN = 20; // the viewer's own that are drawn one by one

/** [{id, place, startsAt}] for the viewer's, [{others, from, isMany, mine}] for what lies between, before and behind them. */
export function blocks(order, places, length) {
  const lane = [];
  let at = 0;
  const shown = places.slice(0, OWN);
  shown.forEach(({ place, startsAt }, index) => {
    if (place - at > 1) lane.push(others(at, place - at - 1));
    lane.push({ id: order[index], place, startsAt });
    at = place;
  });
  const rest = Math.max(length - at, places.length - shown.length);
  if (rest > 0) lane.push({ ...others(at, rest), mine: places.length - shown.length });
  return lane;
}

const others = (after, count) => ({ key: `after-${after}`, others: count, isMany: count > OTHERS, mine: 0 });
