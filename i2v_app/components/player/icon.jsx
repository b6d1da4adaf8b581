// The pictures on the player's buttons, drawn for a 24 by 24 box. (What Python draws has its own in components/icons.py.)

const PATHS = {
  play: "M8 5.5v13l10.5-6.5z",
  pause: "M8 5v14M16 5v14",
  fullscreen: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  frame_back: "M13 6.5 6.5 12l6.5 5.5zM18 6v12",
  frame_on: "M11 6.5 17.5 12 11 17.5zM6 6v12",
  before: "M15 5l-7 7 7 7",
  after: "M9 5l7 7-7 7",
  loop: "M17 2.5 20.5 6 17 9.5M20 6H8a4.5 4.5 0 0 0-4.5 4.5V12M7 21.5 3.5 18 7 14.5M4 18h12a4.5 4.5 0 0 0 4.5-4.5V12",
  compare: "M12 3v18M4 6h5v12H4zM15 6h5v12h-5z",
  close: "M6 6l12 12M18 6 6 18",
  help: "M9.2 9a2.9 2.9 0 1 1 4 2.7c-.8.4-1.2 1-1.2 1.9v.4M12 17.6v.1",
  share: "M10 14a4.2 4.2 0 0 0 6.2.4l3-3a4.2 4.2 0 0 0-6-6l-1.2 1.2M14 10a4.2 4.2 0 0 0-6.2-.4l-3 3a4.2 4.2 0 0 0 6 6l1.2-1.2",
  another: "M12 5v14M5 12h14",
};
const FILLED = ["play", "frame_back", "frame_on"];

export function Icon({ name }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
      <path
        d={PATHS[name]}
        fill={FILLED.includes(name) ? "currentColor" : "none"}
        stroke="currentColor"
        strokeWidth={FILLED.includes(name) ? 2 : 1.8}
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
