// How many frames a second a video has, read from its own boxes (ISO/IEC 14496-12): no script of the page says it.

const DEFAULT_DURATION = 0x08; // flag of a track fragment's header: it has the duration of its samples
const BEFORE_DURATION = [
  [0x01, 8], // base data offset
  [0x02, 4], // sample description
];

/** Frames a second, from the init segment's bytes and a segment's; 0 if they do not say. */
export function frameRate(init, segment) {
  const header = inside(view(init), ["moov", "trak", "mdia", "mdhd"]);
  const fragment = inside(view(segment), ["moof", "traf", "tfhd"]);
  if (!header || !fragment) return 0;
  const timescale = header.getUint32(header.getUint8(0) === 1 ? 20 : 12);
  const flags = fragment.getUint32(0) & 0xffffff;
  if (!(flags & DEFAULT_DURATION)) return 0;
  const at = BEFORE_DURATION.reduce((sum, [flag, bytes]) => sum + (flags & flag ? bytes : 0), 8);
  return timescale / fragment.getUint32(at);
}

const view = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The content of the first box on the path; null if there is none. */
function inside(data, [type, ...path]) {
  for (let at = 0; at + 8 <= data.byteLength; ) {
    const size = data.getUint32(at);
    if (size < 8) return null;
    const name = String.fromCharCode(...[4, 5, 6, 7].map((n) => data.getUint8(at + n)));
    if (name === type) {
      const content = new DataView(data.buffer, data.byteOffset + at + 8, Math.min(size, data.byteLength - at) - 8);
      return path.length ? inside(content, path) : content;
    }
    at += size;
  }
  return null;
}
