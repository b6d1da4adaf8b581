// The gallery's icons, as components/icons.py draws those of Python's parts: in the text's colour, silent for screen readers.

const PATHS = {
  tick: "M5 12.5l4.5 4.5L19 7.5",
  longer: "M12 8v4l2.5 1.5M20.5 11A8.5 8.5 0 1 0 13 20.4M18 15v6M15 18h6",
  bin: "M4 7h16M10 4h4M6 7l1 13h10l1-13M10 11v5M14 11v5",
  close: "M6 6l12 12M18 6 6 18",
  find: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L20 20",
  select: "M4 6h10M4 12h6M4 18h6M13 16l3 3 5-6",
};

export const Icon = ({ name, size = 20 }) => (
  <svg viewBox="0 0 24 24" width={size} height={size} aria-hidden="true" focusable="false">
    <path d={PATHS[name]} fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round" />
  </svg>
);
