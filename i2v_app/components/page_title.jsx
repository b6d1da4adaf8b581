// The title of the tab in the reader's language: the one that the page is built with is in English.

import { useEffect } from "react";

/** Names the tab. Shows nothing. */
export function PageTitle({ title }) {
  useEffect(() => {
    document.title = title;
  }, [title]);
  return null;
}
