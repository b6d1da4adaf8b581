// Of all players on the page one plays at a time: a wall of moving pictures is not calm, and small machines stutter.

const players = new Set();

/** Join: `player` has `isReady()` (in view, and not paused by hand), `start()` and `stop()`. Returns how to leave. */
export function join(player) {
  players.add(player);
  return () => {
    players.delete(player);
    if (playing === player) {
      playing = null;
      next();
    }
  };
}

let playing = null;

/** This one plays now; whichever did stops. */
export function take(player) {
  if (playing && playing !== player) playing.stop();
  playing = player;
}

/** This one has stopped, left the view or become ready: let one that is ready have its turn. */
export function yieldStage(player) {
  if (playing === player) playing = null;
  next();
}

function next() {
  if (playing || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  for (const player of players) {
    if (player.isReady()) {
      take(player);
      player.start();
      return;
    }
  }
}
