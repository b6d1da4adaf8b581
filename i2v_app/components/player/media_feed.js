// Feeds a video element through Media Source Extensions: the element never has an address that leads to a video.

// Safari on iPhones has only the managed kind.
const Source = globalThis.MediaSource ?? globalThis.ManagedMediaSource;

/** Whether this browser can show videos of this type. */
export function canPlay(mimeType) {
  return Boolean(Source?.isTypeSupported(mimeType));
}

/** Append every piece to the element, then end the stream. `onPiece` is called after each. Ends early when aborted. */
export async function feed(video, session, pieces, onPiece, signal) {
  const source = new Source();
  const url = URL.createObjectURL(source);
  try {
    video.src = url;
    await once(source, "sourceopen", signal);
  } finally {
    URL.revokeObjectURL(url); // the element holds on to the source; the address has done its work
  }
  const buffer = source.addSourceBuffer(session.mimeType);
  source.duration = session.duration;
  for await (const piece of pieces) {
    signal.throwIfAborted();
    buffer.appendBuffer(piece);
    await once(buffer, "updateend", signal);
    onPiece();
  }
  if (source.readyState === "open") source.endOfStream();
}

/** Let go of everything the element holds. */
export function release(video) {
  video.pause();
  video.removeAttribute("src");
  video.load();
}

function once(target, event, signal) {
  return new Promise((resolve, reject) => {
    const done = () => {
      signal.removeEventListener("abort", stop);
      resolve();
    };
    const stop = () => {
      target.removeEventListener(event, done);
      reject(signal.reason);
    };
    if (signal.aborted) return reject(signal.reason);
    target.addEventListener(event, done, { once: true });
    signal.addEventListener("abort", stop, { once: true });
  });
}
