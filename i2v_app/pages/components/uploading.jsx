// What is on its way to the server, in every state. JSX, because only the browser knows of it.

import { useEffect } from "react";

import { Frames } from "$/public/external/i2v_app/components/uploader/uploader/framing.jsx";
import { UploadCard } from "$/public/external/i2v_app/components/uploader/uploader/upload_cards.jsx";

import { Specimen, sample } from "./specimen.jsx";

const ITEM = { key: "specimen", name: "dandelions.jpg", part: 0, preview: sample("dandelions"), width: 360, height: 203, focus: { x: 0.5, y: 0.5 } };
const HELD = { code: "TOO_MANY_WAITING", values: { limit: 20 }, retryAfterSeconds: 10 };
const UPLOADS = {
  "being read": { phase: "preparing" },
  "waits for those before it": { phase: "waiting" },
  sending: { phase: "sending", part: 0.42 },
  "checked by the server": { phase: "sending", part: 1 },
  "sent again after the connection was lost": { phase: "retrying" },
  "held: no room on the server yet": { phase: "held", trouble: HELD },
  "a format that browsers cannot show": { phase: "sending", part: 0.7, name: "scan.tiff", preview: "" },
  "refused here": { phase: "refused", name: "notes.pdf", preview: "", trouble: { says: "upload.no_picture", helps: "upload.no_picture_help" } },
  "refused by the server": { phase: "refused", trouble: { code: "TOO_MANY_PIXELS", values: { limit: 50 } } },
  "not sent": { phase: "failed", trouble: { says: "upload.not_sent", helps: "upload.not_sent_help" } },
};

export function Uploads() {
  return Object.entries(UPLOADS).map(([state, item]) => (
    <Specimen key={state} state={state}>
      <ul className="cards" role="list">
        <UploadCard item={{ ...ITEM, ...item }} />
      </ul>
    </Specimen>
  ));
}

const OTHERS = ["cat", "coffee"].map((name) => ({ ...ITEM, key: name, name: `${name}.jpg`, preview: sample(name), height: 240 }));
const FRAMINGS = {
  "cut across, to a square": { shape: "SQUARE", items: [ITEM] },
  "cut down, to 16:9, the point moved, with others": { shape: "WIDE", items: [{ ...OTHERS[0], focus: { x: 0.5, y: 0.2 } }, ITEM, OTHERS[1]] },
  "nothing to cut": { shape: "AS_PICTURE", items: [ITEM] },
};

export function Framings() {
  useEffect(() => {
    // Each takes the focus as it comes, as a person would want of the one there is.
    document.activeElement?.blur();
    scrollTo({ top: 0, behavior: "instant" });
  }, []);
  return Object.entries(FRAMINGS).map(([state, framing]) => (
    <Specimen key={state} state={state}>
      <Frames {...framing} />
    </Specimen>
  ));
}
