// Pictures that a shape is to be cut from, before they are sent: one says what is to stay in the middle, by dragging a
// point or with the arrow keys. JSX, because the pictures have not left this browser.

import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { flushSync } from "react-dom";

import { frameOf } from "$/public/external/i2v_app/components/choices/choices/crop.js";
import { SHAPES, useWishes } from "$/public/external/i2v_app/components/choices/choices/wishes.js";
import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

import { drop, sendFramed, setFocus, showItem, snapshot, subscribe } from "./upload_queue.js";

const NONE = [];
const STEP = 0.02;
const LARGE_STEP = 0.1;

export function Framing() {
  const { shape } = useWishes();
  const items = useSyncExternalStore(subscribe, snapshot, () => NONE)
    .filter((item) => item.phase === "framing")
    .toReversed();

  return items.length > 0 && <Frames items={items} shape={shape} />;
}

/** One of the items at a time, with the others below it. */
export function Frames({ items, shape }) {
  const say = useMessages();
  const [key, setKey] = useState(null);
  const item = items.find((one) => one.key === key) ?? items[0];

  useEffect(() => {
    showItem(item.key);
  }, [item.key]);

  const ratio = SHAPES[shape];
  const name = item.name || say("upload.unnamed");
  // When all is framed the focus goes on to where pictures are added: the buttons here go.
  const goOn = (how) => {
    flushSync(how);
    if (!snapshot().some((one) => one.phase === "framing")) document.querySelector(".drop-call button").focus({ preventScroll: true });
  };
  return (
    <section className="framing" aria-label={say("upload.framing_name", { name })}>
      <p className="framing-title">{ratio ? say("upload.framing", { ratio: say(`options.shape_${shape}`) }) : say("upload.framing_whole")}</p>
      <Stage key={item.key} item={item} ratio={ratio} name={name} />
      {items.length > 1 && (
        <div className="framing-others" role="group" aria-label={say("upload.framing_others")}>
          {items.map((one, index) => (
            <button
              key={one.key}
              type="button"
              className="sample"
              aria-pressed={one.key === item.key}
              aria-label={say("upload.framing_of", { number: index + 1, count: items.length, name: one.name || say("upload.unnamed") })}
              onClick={() => setKey(one.key)}
            >
              <img src={one.preview} alt="" width="56" height="44" />
            </button>
          ))}
        </div>
      )}
      <div className="framing-actions">
        <button type="button" className="button primary" onClick={() => goOn(sendFramed)}>
          {say("upload.make", { count: items.length })}
        </button>
        <button type="button" className="button quiet" onClick={() => goOn(() => drop(item.key))} aria-label={say("upload.leave_out_name", { name })}>
          {say("upload.leave_out")}
        </button>
      </div>
    </section>
  );
}

function Stage({ item, ratio, name }) {
  const say = useMessages();
  const stage = useRef(null);
  const handle = useRef(null);
  const { focus } = item;
  const frame = frameOf(item, ratio, focus);
  const isAcross = frame.width < 1; // along which side there is something to choose

  useEffect(() => {
    stage.current.scrollIntoView({ block: "nearest" });
    handle.current?.focus({ preventScroll: true }); // the keyboard's next step is here
  }, []);

  const place = (x, y) => setFocus(item.key, { x: between(x), y: between(y) });
  const follow = (event) => {
    const box = stage.current.getBoundingClientRect();
    place((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  };
  const onPointerDown = (event) => {
    if (!ratio || event.button !== 0) return;
    event.preventDefault();
    handle.current.focus({ preventScroll: true });
    stage.current.setPointerCapture(event.pointerId);
    follow(event);
  };
  const onKeyDown = (event) => {
    const step = event.shiftKey ? LARGE_STEP : STEP;
    const [x, y] = MOVES[event.key] ?? [0, 0];
    if (event.key === "Home" || event.key === "End") {
      const end = event.key === "Home" ? 0 : 1;
      place(isAcross ? end : focus.x, isAcross ? focus.y : end);
    } else if (x || y) place(focus.x + x * step, focus.y + y * step);
    else return;
    event.preventDefault();
  };
  return (
    <div
      ref={stage}
      className="stage"
      data-cut={ratio ? (isAcross ? "across" : "down") : undefined}
      style={{ "--ratio": item.width / item.height }}
      onPointerDown={onPointerDown}
      onPointerMove={(event) => stage.current.hasPointerCapture(event.pointerId) && follow(event)}
    >
      <img src={item.preview} alt={name} draggable="false" />
      {ratio && (
        <>
          <span
            className="stage-frame"
            style={{ left: parts(frame.left), top: parts(frame.top), width: parts(frame.width), height: parts(frame.height) }}
          />
          <span
            ref={handle}
            className="stage-point"
            role="slider"
            tabIndex={0}
            aria-label={say("upload.focus")}
            aria-orientation={isAcross ? "horizontal" : "vertical"}
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={Math.round(100 * (isAcross ? focus.x : focus.y))}
            aria-valuetext={say("upload.focus_value", { x: focus.x, y: focus.y })}
            style={{ left: parts(focus.x), top: parts(focus.y) }}
            onKeyDown={onKeyDown}
          />
        </>
      )}
    </div>
  );
}

const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
// Rounded: 0.1 + 0.2 is for nobody to see, nor for the API to keep.
const between = (part) => Math.round(1000 * Math.min(Math.max(part, 0), 1)) / 1000;
const parts = (part) => `${100 * part}%`;
