// Links by which others watch a video: made on purpose, with an end, counted, and withdrawn again.

import { useCallback, useId, useState } from "react";

import { serverNow } from "$/public/external/i2v_app/components/clock/clock.jsx";
import { Icon } from "$/public/external/i2v_app/components/player/player/icon.jsx";
import { localeOf, useLanguage, useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

import { endsFor } from "./ends.js";
import { createLink, readLinks, revokeLink } from "./sharing.js";
import { Trouble } from "./trouble.jsx";

// Milliseconds for which an answer is waited for.
const PATIENCE = 15_000;

/** The button and the sheet that it opens. */
export function Share({ job }) {
  const say = useMessages();
  const sheet = useId();
  const [known, setKnown] = useState(null);
  const [made, setMade] = useState(""); // the address of the link that was just made
  const [wanted, setWanted] = useState("");
  const [trouble, setTrouble] = useState(null);
  const [said, setSaid] = useState("");
  const [isBusy, setBusy] = useState(false);
  const choices = () => endsFor(job.expiresAt, known?.maxHours, serverNow());
  const ends = choices();
  const chosen = ends.find(({ key }) => key === wanted) ?? ends[0];

  const attempt = useCallback(async (action) => {
    setTrouble(null);
    setSaid("");
    try {
      const answer = await action(AbortSignal.timeout(PATIENCE));
      if (answer?.howToFix) setTrouble(answer);
      else return answer;
    } catch {
      setTrouble({});
    }
    return null;
  }, []);
  const read = () => attempt(async (signal) => setKnown(await readLinks(job.id, signal)));
  const onToggle = (event) => {
    setMade("");
    if (event.newState === "open") read();
  };
  const onSubmit = async (event) => {
    event.preventDefault();
    if (isBusy) return; // a second link's address would take the place of the first one's, which is shown but once
    setBusy(true);
    const { at } = choices().find(({ key }) => key === chosen.key) ?? chosen; // from now on, not from when it was drawn
    const answer = await attempt((signal) => createLink(job.id, at, signal));
    setBusy(false);
    if (!answer) return;
    setMade(location.origin + answer.path);
    await read();
    setSaid(say("sharing.made"));
  };
  const revoke = async (id) => {
    if (!(await attempt((signal) => revokeLink(id, signal)))) return;
    setMade("");
    await read();
    setSaid(say("sharing.revoked"));
  };
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(made);
      setSaid(say("sharing.copied"));
    } catch {
      setSaid(say("sharing.not_copied")); // it was not allowed, or the page came over plain http, where there is no clipboard
    }
  };

  return (
    <>
      <button type="button" className="button small" popoverTarget={sheet}>
        <Icon name="share" />
        {say("sharing.share")}
      </button>
      <div id={sheet} popover="auto" role="dialog" className="sheet viewer-sheet" aria-labelledby={`${sheet}-title`} onToggle={onToggle}>
        <p id={`${sheet}-title`} className="sheet-title">
          {say("sharing.title")}
        </p>
        <p className="viewer-note">{say("sharing.what")}</p>
        <form onSubmit={onSubmit}>
          <label className="viewer-choice">
            <span>{say("sharing.ends")}</span>
            <select value={chosen.key} onChange={(event) => setWanted(event.target.value)}>
              {ends.map((end) => (
                <option key={end.key} value={end.key}>
                  {inWords(end, say)}
                </option>
              ))}
            </select>
          </label>
          <button type="submit" className="button viewer-submit" aria-disabled={isBusy}>
            {say("sharing.make")}
          </button>
        </form>
        {made && (
          <div className="viewer-made">
            <input type="text" readOnly value={made} aria-label={say("sharing.address")} onFocus={(event) => event.target.select()} />
            <button type="button" className="button small" onClick={copy}>
              {say("sharing.copy")}
            </button>
            <p className="viewer-note">{say("sharing.once")}</p>
          </div>
        )}
        <p role="status" className="viewer-note">
          {said}
        </p>
        {trouble && <Trouble {...trouble} />}
        {known?.links.length > 0 && <Links links={known.links} onRevoke={revoke} />}
      </div>
    </>
  );
}

/** Those there are, as the API has them. */
export function Links({ links, onRevoke }) {
  const say = useMessages();
  const language = useLanguage();
  const day = (moment) => new Date(moment).toLocaleString(localeOf(language), { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
  return (
    <ul className="viewer-links" aria-label={say("sharing.links")}>
      {links.map(({ id, createdAt, expiresAt, openedTimes }) => (
        <li key={id}>
          <span>
            {say("sharing.until", { moment: day(expiresAt) })}
            <span className="viewer-note">
              {say("sharing.since", { moment: day(createdAt) })} · {say("sharing.opened", { times: openedTimes })}
            </span>
          </span>
          <button type="button" className="button small" onClick={() => onRevoke(id)} aria-label={say("sharing.revoke_of", { moment: day(expiresAt) })}>
            {say("sharing.revoke")}
          </button>
        </li>
      ))}
    </ul>
  );
}

function inWords({ days, hours, at }, say) {
  if (days) return say("sharing.in_days", { days });
  if (hours) return say("sharing.in_hours", { hours });
  return say("sharing.with_the_video", { moment: at }); // the day as well: the link's end stays if the video is kept for longer
}
