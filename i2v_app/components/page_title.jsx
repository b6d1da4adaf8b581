// The title of the tab in the reader's language: the one that the page is built with is in English.

import { useTabTitle } from "$/public/external/i2v_app/components/tab_title/tab_title.js";

/** Names the tab. Shows nothing. */
export function PageTitle({ title }) {
  useTabTitle("page", title);
  return null;
}
