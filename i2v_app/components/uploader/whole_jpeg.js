// Whether a JPEG was cut off. Its own end says so and not the file's: phones put more behind the picture, such as the film of
// a moving photo or notes for their maker's programs.

const MARK = 0xff; // begins every marker
const START = 0xd8;
const END = 0xd9;

/** Whether the picture in these bytes comes to its end, whatever follows it. The markers are those of ITU T.81, B.1.1.3. */
export function isWholeJpeg(bytes) {
  if (bytes[0] !== MARK || bytes[1] !== START) return false;
  for (let at = 2; ; ) {
    at = bytes.indexOf(MARK, at);
    if (at < 0) return false;
    const marker = bytes[at + 1];
    if (marker === END) return true;
    if (marker === MARK) at += 1; // filling before a marker
    else if (isWithoutLength(marker)) at += 2;
    else at += 2 + ((bytes[at + 2] << 8) | bytes[at + 3]); // a segment: a small copy of the picture within it has an end, too
  }
}

/** Of what stands among the picture's own data: a byte that only looks like a marker (0), and where it may be taken up again. */
const isWithoutLength = (marker) => marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd7);
