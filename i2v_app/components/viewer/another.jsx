// Another video of the same picture, with other options.

import { useEffect, useId, useRef, useState } from "react";

import { newKey } from "$/public/external/i2v_app/components/new_key/new_key.js";
import { Later } from "$/public/external/i2v_app/components/player/player/graphql.js";
import { Icon } from "$/public/external/i2v_app/components/player/player/icon.jsx";
import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

import { makeAnother, readLimits } from "./asking.js";
import { Trouble } from "./trouble.jsx";

const MOTIONS = ["AUTO", "ZOOM_IN", "ZOOM_OUT", "PAN", "DRIFT", "ORBIT"];
const SHAPES = ["AS_PICTURE", "WIDE", "SQUARE", "TALL"];

/** The button and the sheet that it opens. */
export function Another({ job }) {
  const say = useMessages();
  const sheet = useId();
  const [options, setOptions] = useState(job.options);
  const [limits, setLimits] = useState(null);
  const [answer, setAnswer] = useState(null); // the new job or a refusal; null while none is there
  const [isBusy, setBusy] = useState(false);
  const key = useRef(null); // of the wish that was sent last and may have been heard

  const choose = (change) => {
    key.current = null;
    setAnswer(null);
    setOptions((before) => ({ ...before, ...change }));
  };
  const onToggle = (event) => {
    if (event.newState !== "open") return;
    choose({});
    if (!limits) readLimits(AbortSignal.timeout(10_000)).then(setLimits, () => {});
  };
  const onSubmit = async (event) => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    key.current ??= newKey();
    try {
      const { motion, seconds, shape, focus } = options;
      const said = await makeAnother(job.id, { motion, seconds, shape, focus: { x: focus.x, y: focus.y } }, key.current, new AbortController().signal);
      setAnswer(said);
      if (said.__typename !== "TryAgain") key.current = null;
    } catch (error) {
      if (!(error instanceof Later)) console.warn("i2v: another could not be made.", error);
      setAnswer({ __typename: "Later" });
    }
    setBusy(false);
  };
  const range = lengths(limits, job.options.seconds);

  return (
    <>
      <button type="button" className="button small" popoverTarget={sheet}>
        <Icon name="another" />
        {say("watching.another")}
      </button>
      <div id={sheet} popover="auto" role="dialog" className="sheet viewer-sheet" aria-labelledby={`${sheet}-title`} onToggle={onToggle}>
        <p id={`${sheet}-title`} className="sheet-title">
          {say("watching.another_title")}
        </p>
        <form onSubmit={onSubmit}>
          <Choice label={say("watching.motion")} value={options.motion} onChange={(motion) => choose({ motion })}>
            {MOTIONS.map((motion) => [motion, say(`options.motion_${motion}`)])}
          </Choice>
          <Choice label={say("watching.how_long")} value={options.seconds} onChange={(seconds) => choose({ seconds: Number(seconds) })}>
            {range.map((seconds) => [seconds, say("watching.length", { seconds })])}
          </Choice>
          <Choice label={say("watching.shape")} value={options.shape} onChange={(shape) => choose({ shape })}>
            {SHAPES.map((shape) => [shape, say(`options.shape_${shape}`)])}
          </Choice>
          <div role="status">
            {answer?.__typename === "Job" && (
              <p className="viewer-done">
                {say("watching.another_done")}{" "}
                <a href={`?watch=${answer.id}`} data-watch={answer.id}>
                  {say("watching.another_link")}
                </a>
              </p>
            )}
            {answer && answer.__typename !== "Job" && <Trouble {...answer} />}
          </div>
          <button type="submit" className="button viewer-submit" aria-disabled={isBusy}>
            {say(isBusy ? "watching.sending" : "watching.another_make")}
          </button>
        </form>
      </div>
    </>
  );
}

function Choice({ label, value, onChange, children }) {
  return (
    <label className="viewer-choice">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        {children.map(([name, shown]) => (
          <option key={name} value={name}>
            {shown}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Whole seconds that may be chosen, and what the job has now. */
function lengths(limits, own) {
  if (!limits) return [own];
  const whole = [];
  for (let seconds = Math.ceil(limits.minSeconds); seconds <= limits.maxSeconds; seconds++) whole.push(seconds);
  return whole.includes(own) ? whole : [...whole, own].sort((a, b) => a - b);
}
