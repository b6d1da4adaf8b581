// Waiting and trying again, in a way that an AbortSignal ends at once.

// Milliseconds between attempts; each is varied so that players do not all come back together after a restart.
const DELAYS = [250, 500, 1000, 2000, 4000, 8000];

/** Attempts after which `patiently` gives up unless it is told otherwise: about 16 s. */
const ATTEMPTS = DELAYS.length + 1;

/** Resolve after so many milliseconds; reject with the signal's reason when it is aborted. */
export function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}

/** Resolve with the event when `target` sends it; reject with the signal's reason when it is aborted. */
export function once(target, name, signal) {
  return new Promise((resolve, reject) => {
    const done = (event) => {
      signal.removeEventListener("abort", stop);
      resolve(event);
    };
    const stop = () => {
      target.removeEventListener(name, done);
      reject(signal.reason);
    };
    if (signal.aborted) return reject(signal.reason);
    target.addEventListener(name, done, { once: true });
    signal.addEventListener("abort", stop, { once: true });
  });
}

/**
 * What `attempt` returns; tried again after `isWorthIt(error)` failures, `attempts` times in all (`Infinity`: for as long
 * as the signal allows). Then its last error is thrown.
 */
export async function patiently(attempt, isWorthIt, signal, attempts = ATTEMPTS) {
  for (let failures = 0; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (signal?.aborted || !isWorthIt(error) || failures + 1 >= attempts) throw error;
      await pause(DELAYS[Math.min(failures, DELAYS.length - 1)] * (0.7 + 0.6 * Math.random()), signal);
    }
  }
}
