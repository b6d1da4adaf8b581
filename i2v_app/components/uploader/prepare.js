// Asks the worker to look at pictures, one after the other, so that the page stays quick however large and many they are.

const PATIENCE = 20_000; // milliseconds for one; after that it goes as it is

let worker = null;
let turn = Promise.resolve();

/**
 * Look at a picture. Resolves to `{ width, height, small, scaled }`: its size upright, a small copy, and a copy whose long
 * side is `longSide` pixels if it is worth sending that instead, else null. Resolves to null where the browser cannot read it.
 */
export function prepare(file, longSide) {
  turn = turn.then(() => look(file, longSide));
  return turn;
}

function look(file, longSide) {
  if (typeof OffscreenCanvas === "undefined" || typeof Worker === "undefined") return null;
  return new Promise((resolve) => {
    const timer = setTimeout(giveUp, PATIENCE);
    /** It takes too long, could not be loaded or ran out of memory: the next picture gets a new one. */
    function giveUp() {
      worker?.terminate();
      worker = null;
      settle(null);
    }
    function settle(seen) {
      clearTimeout(timer);
      resolve(seen);
    }
    try {
      worker ??= new Worker(new URL("./picture_worker.js", import.meta.url), { type: "module" });
      worker.onmessage = ({ data }) => settle(data);
      worker.onerror = giveUp;
      worker.postMessage({ file, longSide });
    } catch {
      giveUp();
    }
  });
}
