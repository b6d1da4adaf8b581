// Links by which others watch a video: made on purpose, with an end, counted, and withdrawn again.

import { useCallback, useId, useState } from "react";

import { Icon } from "$/public/external/i2v_app/components/player/player/icon.jsx";
import { useLanguage, useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

import { createLink, readLinks, revokeLink } from "./sharing.js";
import { Trouble } from "./trouble.jsx";

const HOUR = 3_600_000;
const DAYS = [1, 7];

// Milliseconds for which an answer is waited for.
const PATIENCE = 15_000;

/** The button and the sheet that it opens. */
export function Share({ job }) {
  const say = useMessages();
  const sheet = useId();
  const [known, setKnown] = useState(null);
  const [made, setMade] = useState(""); // the address of the link that was just made
  const [days, setDays] = useState(DAYS[0]);
  const [trouble, setTrouble] = useState(null);
  const [said, setSaid] = useState("");

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
    const answer = await attempt((signal) => createLink(job.id, endOf(days, job), signal));
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
  const copy = () => navigator.clipboard.writeText(made).then(() => setSaid(say("sharing.copied")), () => setSaid(say("sharing.not_copied")));

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
            <select value={days} onChange={(event) => setDays(Number(event.target.value))}>
              {endsFor(job, known).map((count) => (
                <option key={count} value={count}>
                  {count ? say("sharing.in_days", { days: count }) : say("sharing.with_the_video")}
                </option>
              ))}
            </select>
          </label>
          <button type="submit" className="button viewer-submit">
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
  const day = (moment) => new Date(moment).toLocaleString(language, { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
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

/** Days after which a link may end; 0 is with the video. */
function endsFor(job, known) {
  const left = (new Date(job.expiresAt) - Date.now()) / HOUR;
  const most = known?.maxHours ?? left;
  return [...DAYS.filter((days) => 24 * days <= Math.min(most, left)), ...(left <= most ? [0] : [])];
}

function endOf(days, job) {
  return days ? new Date(Date.now() + 24 * days * HOUR) : new Date(job.expiresAt);
}
