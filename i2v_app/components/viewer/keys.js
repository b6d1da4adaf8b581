// The keyboard in the viewer. What does not mean a control that has the focus means the video.

export const SPEEDS = [0.25, 0.5, 1, 2];

/** The next speed after `speed`, up or down. */
export const speedBeside = (speed, by) => SPEEDS[Math.max(0, Math.min(SPEEDS.indexOf(speed) + by, SPEEDS.length - 1))];

/** Which action of the viewer a key means; undefined if none. */
export function actionOf(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const { tagName } = event.target;
  if (tagName === "SELECT" || event.target.closest("[popover]")) return undefined;
  const { key } = event;
  if (event.shiftKey && key === "ArrowLeft") return "before";
  if (event.shiftKey && key === "ArrowRight") return "after";
  if (key === " ") return tagName === "BUTTON" || tagName === "A" ? undefined : "toggle"; // they have a use for it
  if (key in ARROWS) return tagName === "INPUT" ? undefined : ARROWS[key]; // so has the bar for these
  return KEYS[key] ?? KEYS[key.toLowerCase()];
}

const ARROWS = { ArrowLeft: "back", ArrowRight: "on" };

const KEYS = {
  ",": "frameBack",
  ".": "frameOn",
  "<": "slower",
  ">": "faster",
  l: "loop",
  f: "fullscreen",
  c: "compare",
  "?": "help",
  PageUp: "before",
  PageDown: "after",
};
