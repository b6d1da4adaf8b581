// What a screen reader is told, from anywhere on the page, by one voice. What comes together is said together: a voice that
// interrupts itself is understood by nobody.

const TOGETHER = 500; // milliseconds in which things are said as one

let pending = [];
let timer = null;
const voices = []; // the last speaks: what a dialog covers is not heard

/** Say this soon. Nothing if the page has no voice. */
export function announce(sentence) {
  if (!pending.includes(sentence)) pending.push(sentence);
  timer ??= setTimeout(() => {
    const said = pending.map((one) => one.replace(/[.。]$/, "")).join(". ");
    pending = [];
    timer = null;
    voices.at(-1)?.(said);
  }, TOGETHER);
}

/** Let `speak` say it from now on. Returns what ends that: then whoever spoke before does again. */
export function speakWith(speak) {
  voices.push(speak);
  return () => voices.splice(voices.indexOf(speak), 1);
}
