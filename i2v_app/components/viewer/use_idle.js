// Whether nobody has moved for a while: in full screen the controls then leave the picture alone.

import { useEffect, useState } from "react";

// Milliseconds without a move.
const LONG = 2500;

/** Whether nobody has moved within the element, while `counts`. */
export function useIdle(element, counts) {
  const [isIdle, setIdle] = useState(false);
  useEffect(() => {
    const own = element.current;
    let timer = 0;
    const stir = () => {
      setIdle(false);
      clearTimeout(timer);
      if (counts) timer = setTimeout(() => setIdle(true), LONG);
    };
    stir();
    const names = ["pointermove", "pointerdown", "keydown", "focusin"];
    for (const name of names) own.addEventListener(name, stir);
    return () => {
      clearTimeout(timer);
      for (const name of names) own.removeEventListener(name, stir);
    };
  }, [element, counts]);
  return isIdle;
}
