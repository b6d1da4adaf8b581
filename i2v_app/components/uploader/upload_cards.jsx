// Cards of pictures that are on their way to the server: only this browser knows of them, so they are JSX.
// As soon as the page has the job's own card, this one makes room.

import { useEffect, useState, useSyncExternalStore } from "react";

import { focusBeside } from "$/public/external/i2v_app/components/waiting/undo/beside.js";
import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

import { useRemembered } from "./own_videos.js";
import { wordsFor } from "./refused_files.js";
import { arrived, drop, retry, snapshot, subscribe } from "./upload_queue.js";

const NONE = [];

export function UploadCards({ jobs, known }) {
  const items = useSyncExternalStore(subscribe, snapshot, () => NONE);
  useEffect(() => arrived(jobs ?? NONE), [jobs, items]);
  useRemembered(jobs?.length > 0, known);
  return items.filter((item) => item.phase !== "framing").map((item) => <UploadCard key={item.key} item={item} />);
}

/** `item` as in upload_queue.js. */
export function UploadCard({ item }) {
  const say = useMessages();
  const name = item.name || say("upload.unnamed");
  const isBad = item.phase === "refused" || item.phase === "failed";
  const percent = Math.round(100 * item.part);
  const again = (event) => {
    event.currentTarget.nextElementSibling.focus();
    retry(item.key);
  };
  const away = (event) => {
    focusBeside(event.currentTarget.closest("li"));
    drop(item.key);
  };
  return (
    <li className="card" data-state={isBad ? "refused" : "uploading"} aria-label={name}>
      <div className="card-media">
        <Preview url={item.preview} />
        {!isBad && (
          <div className="meter" role="progressbar" aria-label={say("upload.sending_name", { name })} aria-valuenow={percent} aria-valuemin={0} aria-valuemax={100}>
            <span style={{ "--part": item.part }} />
          </div>
        )}
      </div>
      <div className="card-body">
        <h3 className="card-name" title={name}>
          {name}
        </h3>
        {isBad ? (
          <Trouble trouble={item.trouble} />
        ) : (
          <p className="card-status">{sentence(item, percent, say)}</p>
        )}
        <div className="card-actions">
          {item.phase === "failed" && (
            <button type="button" className="button small" onClick={again}>
              {say("upload.try_again")}
            </button>
          )}
          {item.phase !== "sent" && (
            <button type="button" className="button quiet small" onClick={away} aria-label={say(isBad ? "upload.dismiss_name" : "upload.stop_name", { name })}>
              {say(isBad ? "upload.dismiss" : "upload.stop")}
            </button>
          )}
        </div>
      </div>
    </li>
  );
}

function Trouble({ trouble }) {
  const say = useMessages();
  const [what, help] = wordsFor(trouble, say);
  return (
    <div className="card-trouble" role="alert">
      <strong>{what}</strong>
      <span>{help}</span>
    </div>
  );
}

function Preview({ url }) {
  const [isShown, setShown] = useState(true); // browsers cannot show every format that the server takes (HEIC, TIFF)
  if (url && isShown) {
    return (
      <>
        <img className="card-backdrop" src={url} alt="" />
        <img className="card-picture" src={url} alt="" onError={() => setShown(false)} />
      </>
    );
  }
  return (
    <svg className="card-placeholder" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d="M4 5h16v14H4zM4 16l4.5-4.5 4 4L16 12l4 4" fill="none" stroke="currentColor" strokeWidth="1.2" strokeLinejoin="round" />
    </svg>
  );
}

function sentence(item, percent, say) {
  if (item.phase === "preparing") return say("upload.preparing");
  if (item.phase === "waiting") return say("upload.waiting");
  if (item.phase === "held") return say("upload.held", { why: wordsFor(item.trouble, say)[0] });
  if (item.phase === "retrying") return say("upload.retrying");
  if (item.phase === "sent" || percent === 100) return say("upload.checking");
  return say("upload.sending", { part: item.part });
}
