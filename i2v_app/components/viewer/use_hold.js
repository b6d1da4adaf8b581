// Something that lasts as long as a button is held, by a finger, a mouse or a key. Whoever cannot hold (a screen reader's
// press has no length) switches it.

/** Properties for the button that says `set(true)` while it is held and `set(false)` afterwards. */
export function holding(set) {
  const held = (event) => event.key === " " || event.key === "Enter";
  return {
    onPointerDown: (event) => {
      if (event.button) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      set(true);
    },
    onPointerUp: () => set(false),
    onPointerCancel: () => set(false),
    onBlur: () => set(false),
    onKeyDown: (event) => {
      if (!held(event)) return;
      event.preventDefault();
      event.stopPropagation();
      set(true);
    },
    onKeyUp: (event) => {
      if (!held(event)) return;
      event.preventDefault();
      set(false);
    },
    onClick: (event) => {
      if (event.detail === 0) set((is) => !is);
    },
    onContextMenu: (event) => event.preventDefault(), // a long press of a finger
  };
}
