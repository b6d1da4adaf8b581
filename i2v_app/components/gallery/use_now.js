// The time by the server's clock, as far as days need it: anew every minute, and when one comes back to the page.

import { useEffect, useState } from "react";

import { serverNow } from "$/public/external/i2v_app/components/clock/clock.jsx";

const MINUTE = 60_000;

/** Milliseconds. */
export function useNow() {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const look = () => setNow(serverNow());
    const timer = setInterval(look, MINUTE);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, []);
  return now;
}
