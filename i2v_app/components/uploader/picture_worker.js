// Looks at a picture off the main thread: a small copy to show, and one to send instead of a picture that is larger than
// the server keeps. Whatever cannot be done here is no error: the server takes the picture as it is.

import { isWholeJpeg } from "./whole_jpeg.js";

const SMALL = 640; // pixels on the long side of the copy that is shown
const PROBE = 16; // pixels on a side of what is drawn to see whether a canvas can be trusted
const UNSEEN = 2; // steps of 255 by which a colour may differ

let trusted = null; // the promise of whether canvases give what was drawn on them

onmessage = async ({ data: { file, longSide } }) => {
  let bitmap;
  try {
    trusted ??= givesWhatWasDrawn();
    if (!(await trusted)) return postMessage(null);
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const { width, height } = bitmap;
    const small = await copyOf(bitmap, Math.min(SMALL, Math.max(width, height)), 0.82);
    const isLarger = longSide > 0 && Math.max(width, height) > longSide;
    const scaled = isLarger && (await isWhole(file)) ? await copyOf(bitmap, longSide, 0.95) : null;
    postMessage({ width, height, small, scaled: scaled && scaled.size < file.size ? scaled : null });
  } catch {
    postMessage(null);
  } finally {
    bitmap?.close();
  }
};

/**
 * Whether it is a JPEG, PNG or WebP that ends where it should. A browser draws a picture that was cut off, with grey below;
 * the server would have told the person so. Other formats may hold more than one picture, and of a phone's own, HEIC, the
 * file is mostly smaller than a JPEG of it that was scaled.
 */
async function isWhole(file) {
  if (file.type === "image/webp") {
    const head = new DataView(await file.slice(0, 8).arrayBuffer());
    return head.getUint32(4, true) + 8 === file.size + (file.size % 2);
  }
  if (file.type === "image/jpeg") return isWholeJpeg(new Uint8Array(await file.arrayBuffer()));
  const end = new Uint8Array(await file.slice(-12).arrayBuffer());
  return file.type === "image/png" && String.fromCharCode(...end.slice(4, 8)) === "IEND";
}

/**
 * Whether a canvas gives what was drawn on it. Browsers that guard against being recognised by it give noise, and say nothing:
 * a picture that was scaled by them would be noise, too.
 */
async function givesWhatWasDrawn() {
  const drawn = new OffscreenCanvas(PROBE, PROBE);
  const context = drawn.getContext("2d", { alpha: false });
  const colours = Array.from({ length: PROBE * PROBE }, (_, at) => [at, 255 - at, (at * 7) % 256]);
  colours.forEach((colour, at) => {
    context.fillStyle = `rgb(${colour.join()})`;
    context.fillRect(at % PROBE, Math.floor(at / PROBE), 1, 1);
  });
  const copy = await createImageBitmap(await drawn.convertToBlob({ type: "image/png" }));
  context.drawImage(copy, 0, 0);
  copy.close();
  const { data } = context.getImageData(0, 0, PROBE, PROBE);
  return colours.every((colour, at) => colour.every((part, index) => Math.abs(part - data[4 * at + index]) <= UNSEEN));
}

async function copyOf(bitmap, longSide, quality) {
  const scale = longSide / Math.max(bitmap.width, bitmap.height);
  const sizeOf = (side) => Math.max(1, Math.round(side * scale));
  const canvas = new OffscreenCanvas(sizeOf(bitmap.width), sizeOf(bitmap.height));
  const context = canvas.getContext("2d", { alpha: false });
  context.fillStyle = "#fff"; // what the server puts behind transparency, too
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: "image/jpeg", quality });
}
