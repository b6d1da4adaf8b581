// Cards of pictures that are on their way to the server: only this browser knows of them, so they are JSX.
// As soon as the page has the job's own card, this one makes room.

import { useEffect, useState, useSyncExternalStore } from "react";

import { arrived, drop, retry, snapshot, subscribe } from "./upload_queue.js";

const NONE = [];

export function UploadCards({ jobs }) {
  const items = useSyncExternalStore(subscribe, snapshot, () => NONE);
  useEffect(() => arrived(jobs ?? NONE), [jobs, items]);
  return items.map((item) => <UploadCard key={item.key} item={item} />);
}

function UploadCard({ item }) {
  const isBad = item.phase === "refused" || item.phase === "failed";
  const percent = Math.round(100 * item.part);
  return (
    <li className="card" data-state={isBad ? "refused" : "uploading"} aria-label={item.name}>
      <div className="card-media">
        <Preview url={item.preview} />
        {!isBad && (
          <div className="meter" role="progressbar" aria-label={`Sending ${item.name}`} aria-valuenow={percent} aria-valuemin={0} aria-valuemax={100}>
            <span style={{ "--part": item.part }} />
          </div>
        )}
      </div>
      <div className="card-body" data-trouble={isBad || undefined}>
        <h3 className="card-name" title={item.name}>
          {item.name}
        </h3>
        {isBad ? (
          <div className="card-trouble" role="alert">
            <strong>{item.message}</strong>
            <span>{item.howToFix}</span>
          </div>
        ) : (
          <p className="card-status">{sentence(item, percent)}</p>
        )}
        <div className="card-actions">
          {item.phase === "failed" && (
            <button type="button" className="button small" onClick={() => retry(item.key)}>
              Try again
            </button>
          )}
          {item.phase !== "sent" && (
            <button type="button" className="button quiet small" onClick={() => drop(item.key)} aria-label={`${isBad ? "Dismiss" : "Stop sending"} ${item.name}`}>
              {isBad ? "Dismiss" : "Stop"}
            </button>
          )}
        </div>
      </div>
    </li>
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

function sentence(item, percent) {
  if (item.phase === "waiting") return "Waiting to be sent";
  if (item.phase === "held") return `${item.message} It is sent as soon as there is room.`;
  if (item.phase === "retrying") return "Connection lost. Trying again…";
  if (item.phase === "sent" || percent === 100) return "Sent. Checking the picture…";
  return `Sending · ${percent}%`;
}
