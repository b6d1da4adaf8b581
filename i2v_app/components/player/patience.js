// Waiting and trying again, in a way that an AbortSignal ends at once.

// Milliseconds between attempts; each is varied so that players do not all come back together after a restart.
const DELAYS = [250, 500, 1000, 2000, 4000, 8000];

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

/** What `attempt` returns; tried again after `isWorthIt(error)` failures, then its last error is thrown. */
export async function patiently(attempt, isWorthIt, signal) {
  for (let failures = 0; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (signal?.aborted || !isWorthIt(error) || failures >= DELAYS.length) throw error;
      await pause(DELAYS[failures] * (0.7 + 0.6 * Math.random()), signal);
    }
  }
}
