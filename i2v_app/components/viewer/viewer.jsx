// The video large, in a dialog over the page. It is JSX because Python reaches neither the address, nor a video's frames, nor
// the keyboard of a dialog.

import { useEffect, useLayoutEffect, useRef, useState } from "react";

import { Icon } from "$/public/external/i2v_app/components/player/player/icon.jsx";
import { confine } from "$/public/external/i2v_app/components/player/player/stage.js";
import { useTabTitle } from "$/public/external/i2v_app/components/tab_title/tab_title.js";
import { leaveLarge, useWatched, watchLarge } from "$/public/external/i2v_app/components/viewer/address/address.js";
import { speakWith } from "$/public/external/i2v_app/components/waiting/telling/announce.js";
import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

import { Another } from "./another.jsx";
import { Facts } from "./facts.jsx";
import { Help } from "./help.jsx";
import { actionOf } from "./keys.js";
import { useNeighbours } from "./neighbours.js";
import { Screen } from "./screen.jsx";
import { Share } from "./share.jsx";
import { useJob } from "./use_job.js";

/** Shows itself, and its children over itself, when the address says `?watch=<job id>`. */
export function Viewer({ children }) {
  const id = useWatched();
  return id && <Theatre id={id}>{children}</Theatre>;
}

function Theatre({ id, children }) {
  const say = useMessages();
  const dialog = useRef(null);
  const screen = useRef(null); // what the screen can do, by the name of the action
  const [habits, setHabits] = useState({ speed: 1, loops: true }); // they stay from one video to the next
  const [spoken, speak] = useState(""); // by the page as well, whose own voice is not heard behind a modal dialog
  const [told, setSize] = useState(null);
  const size = told?.id === id ? told : null;
  const job = useJob(id);
  const neighbours = useNeighbours(id, job?.state);
  useModal(dialog, id);
  useKeptFocus(dialog, id);
  useTabTitle("video", job?.name && `${job.name} · i2v`);
  useEffect(() => speakWith(speak), []);
  useEffect(() => speak(""), [id]);
  useEffect(() => {
    const onBlur = () => screen.current?.show?.(); // the window that is gone to hears of the key that is let go
    addEventListener("blur", onBlur);
    return () => removeEventListener("blur", onBlur);
  }, []);

  const go = {
    before: () => neighbours.before && watchLarge(neighbours.before),
    after: () => neighbours.after && watchLarge(neighbours.after),
    help: () => dialog.current.querySelector(".viewer-help").togglePopover(),
  };
  const onKeyDown = (event) => {
    const action = actionOf(event);
    const act = go[action] ?? screen.current?.[action];
    if (!act) return;
    event.preventDefault();
    if (!event.repeat || REPEATED.has(action)) act();
  };

  return (
    <dialog
      ref={dialog}
      className="viewer"
      tabIndex={-1}
      aria-labelledby="viewer-name"
      onKeyDown={onKeyDown}
      onKeyUp={(event) => event.key.toLowerCase() === "c" && screen.current?.show?.()}
      onCancel={(event) => {
        if (event.target !== dialog.current) return;
        event.preventDefault(); // the address closes it
        leaveLarge();
      }}
      onClose={(event) => event.target === dialog.current && leaveLarge()}
    >
      <header className="viewer-top">
        <h2 id="viewer-name">{job?.name || say(job === null ? "watching.nothing" : "watching.video")}</h2>
        {job && <Facts job={job} size={size} />}
      </header>
      {job === null ? (
        <p className="viewer-nothing">{say("watching.nothing_fix")}</p>
      ) : (
        <Screen key={id} ref={screen} {...{ id, job, habits, setHabits, neighbours, go, size }} onSize={setSize} onSpeak={speak} />
      )}
      {job && (
        <div className="viewer-actions">
          <Another key={`another-${id}`} job={job} />
          {job.state === "COMPLETED" && <Share key={`share-${id}`} job={job} />}
        </div>
      )}
      <div className="viewer-corner">
        <button type="button" className="player-button viewer-ask" popoverTarget="viewer-help" aria-label={say("watching.keys")}>
          <Icon name="help" />
        </button>
        <button type="button" className="player-button" onClick={leaveLarge} aria-label={say("watching.close")}>
          <Icon name="close" />
        </button>
      </div>
      <Help />
      <div className="viewer-told">{children}</div>
      <p className="visually-hidden viewer-voice" role="status" aria-live="polite">
        {spoken}
      </p>
    </dialog>
  );
}

// Actions that a key that is kept down does again and again.
const REPEATED = new Set(["frameBack", "frameOn", "back", "on"]);

/** Open for as long as it is there; while it is, nothing plays behind it. Then the focus goes back to where it came from. */
function useModal(dialog, id) {
  const last = useRef(id);
  last.current = id;
  useLayoutEffect(() => {
    const own = dialog.current;
    const opener = document.activeElement;
    own.showModal();
    own.focus(); // itself: its keys work at once, and what it is called is said first
    const release = confine(own);
    return () => {
      own.close();
      const card = document.querySelector(`a[data-watch="${CSS.escape(last.current)}"]`);
      const origin = opener?.isConnected && opener !== document.body ? opener : card;
      origin?.focus({ preventScroll: true });
      release();
    };
  }, [dialog]);
}

/** With the next video everything of the last one goes, and the button that had the focus: it goes on to the same of the next. */
function useKeptFocus(dialog, id) {
  const last = useRef("");
  useEffect(() => {
    const own = dialog.current;
    const remember = (event) => (last.current = event.target.dataset.way ?? "");
    own.addEventListener("focusin", remember);
    return () => own.removeEventListener("focusin", remember);
  }, [dialog]);
  useLayoutEffect(() => {
    const own = dialog.current;
    if (own.contains(document.activeElement)) return;
    (own.querySelector(`[data-way="${last.current}"]:enabled`) ?? own).focus({ preventScroll: true });
  }, [dialog, id]);
}
