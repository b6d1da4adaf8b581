// Motion, length and shape, each shown with the person's own picture. JSX, because that picture and what was chosen last
// are in this browser alone.

import { useId, useState } from "react";

import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

import { objectPosition } from "./crop.js";
import { useShownPicture } from "./shown_picture.js";
import { MOTIONS, SHAPES, useWishes, wish } from "./wishes.js";

export function Choices({ minSeconds, maxSeconds, defaultSeconds }) {
  const say = useMessages();
  const { motion, seconds, shape } = useWishes();
  const picture = useShownPicture();
  const [isOpen, setOpen] = useState(false); // only narrow screens fold them
  const panel = useId();
  const length = Math.min(Math.max(seconds ?? defaultSeconds, minSeconds), maxSeconds);
  return (
    <div className="choices" data-open={isOpen || undefined}>
      <button type="button" className="choices-line" aria-expanded={isOpen} aria-controls={panel} onClick={() => setOpen(!isOpen)}>
        <span>{say("invitation.summary", { motion: say(`options.motion_${motion}`), seconds: length, shape: say(`options.shape_${shape}`) })}</span>
        <svg viewBox="0 0 12 12" width="14" height="14" aria-hidden="true" focusable="false">
          <path d="M2.5 4.5 6 8l3.5-3.5" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />
        </svg>
      </button>
      <div className="choices-panel" id={panel} role="group" aria-label={say("invitation.options")}>
        <fieldset className="choice choice-motion">
          <legend>{say("invitation.motion")}</legend>
          <div className="wish-row">
            {MOTIONS.map((name) => (
              <Tile key={name} group="motion" value={name} isChosen={name === motion} label={say(`options.motion_${name}`)}>
                <span className="wish-picture" data-motion={name}>
                  <img key={picture.url} src={picture.url} alt="" draggable="false" />
                </span>
              </Tile>
            ))}
          </div>
        </fieldset>
        <fieldset className="choice choice-shape">
          <legend>{say("invitation.shape")}</legend>
          <div className="wish-row">
            {Object.entries(SHAPES).map(([name, ratio]) => (
              <Tile key={name} group="shape" value={name} isChosen={name === shape} label={say(`options.shape_${name}`)}>
                <span className="wish-frame">
                  <Framed picture={picture} ratio={ratio} />
                </span>
              </Tile>
            ))}
          </div>
        </fieldset>
        <label className="choice choice-length">
          <span className="choice-name">{say("invitation.length")}</span>
          <span className="length-value" aria-hidden="true">
            {say("invitation.seconds", { seconds: length })}
          </span>
          <input
            type="range"
            min={minSeconds}
            max={maxSeconds}
            step="1"
            value={length}
            aria-label={say("invitation.length")}
            aria-valuetext={say("invitation.seconds_spoken", { seconds: length })}
            style={{ "--part": (length - minSeconds) / (maxSeconds - minSeconds || 1) }}
            onChange={(event) => wish({ seconds: Number(event.target.value) })}
          />
          <span className="length-ends" aria-hidden="true">
            <span>{say("invitation.seconds", { seconds: minSeconds })}</span>
            <span>{say("invitation.seconds", { seconds: maxSeconds })}</span>
          </span>
        </label>
      </div>
    </div>
  );
}

function Tile({ group, value, isChosen, label, children }) {
  return (
    <label className="wish">
      <input type="radio" name={`wish-${group}`} value={value} checked={isChosen} onChange={() => wish({ [group]: value })} />
      {children}
      <span className="wish-name">{label}</span>
    </label>
  );
}

/** The picture as that shape would cut it, in a small frame. */
function Framed({ picture, ratio }) {
  const own = Math.min(Math.max(ratio ?? picture.width / picture.height, 0.4), 2.2);
  return (
    <img
      src={picture.url}
      alt=""
      draggable="false"
      data-side={own > 1.2 ? "wide" : "tall"}
      style={{ aspectRatio: own, objectPosition: objectPosition(picture, ratio, picture.focus) }}
    />
  );
}
