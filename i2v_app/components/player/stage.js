// Of all players on the page one plays at a time: a wall of moving pictures is not calm, and small machines stutter.

const players = new Set();

let playing = null;
let isByHand = false;
let hall = null; // the element within which alone players play; null: the whole page

/**
 * Join: `player` has `isReady()` (in view, and not paused by hand), `isWithin(element)`, `start()` and `stop()`. Returns how
 * to leave.
 */
export function join(player) {
  players.add(player);
  return () => {
    players.delete(player);
    yieldStage(player);
  };
}

/** From now on only players within this element play by themselves: it lies over the others. Returns how to end that. */
export function confine(element) {
  hall = element;
  if (playing && !playing.isWithin(element)) playing.stop();
  return () => {
    if (hall === element) hall = null;
    yieldStage(null);
  };
}

/** This one plays now, because somebody wants it; whichever did stops. */
export function take(player) {
  hand(player, true);
}

/** This one has news and would like to be seen: it plays now, unless somebody chose what is playing. */
export function claim(player) {
  const isTaken = playing && playing !== player && (isByHand || document.fullscreenElement);
  if (!isTaken && isWilling(player) && mayStart()) hand(player, false);
}

/** This one has stopped, left the view or become ready: let one that is ready have its turn. */
export function yieldStage(player) {
  if (player && playing === player) playing = null;
  if (playing || !mayStart()) return;
  const next = [...players].find(isWilling);
  if (next) hand(next, false);
}

function isWilling(player) {
  return player.isReady() && (!hall || player.isWithin(hall));
}

function hand(player, byHand) {
  if (playing && playing !== player) {
    const before = playing;
    playing = player; // before it stops, or its stopping would call for the next
    before.stop();
  }
  playing = player;
  isByHand = byHand;
  player.start();
}

function mayStart() {
  return !matchMedia("(prefers-reduced-motion: reduce)").matches;
}
