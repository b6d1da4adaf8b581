// Says so when this page cannot show videos because it came over plain http from another machine: only the browser knows.

import { useSyncExternalStore } from "react";

const never = () => () => {};

/** Its children where the context is not secure, and nothing where it is or while the page is being built. */
export function WhereInsecure({ children }) {
  return useSyncExternalStore(never, () => !globalThis.isSecureContext, () => false) ? children : null;
}
