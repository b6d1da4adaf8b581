// The player, the viewer's facts and links, and the way back from a deletion, in every state. JSX, as they are.

import { useEffect, useRef } from "react";

import { Controls } from "$/public/external/i2v_app/components/player/player/controls.jsx";
import { confine } from "$/public/external/i2v_app/components/player/player/stage.js";
import { Surface } from "$/public/external/i2v_app/components/player/player/surface.jsx";
import { Facts } from "$/public/external/i2v_app/components/viewer/viewer/facts.jsx";
import { Links } from "$/public/external/i2v_app/components/viewer/viewer/share.jsx";
import { Trouble } from "$/public/external/i2v_app/components/viewer/viewer/trouble.jsx";
import { Offer } from "$/public/external/i2v_app/components/waiting/undo/undo.jsx";

import { DAY, HOUR, NOON, Specimen, nothing, sample } from "./specimen.jsx";

/** Its children, none of whose players plays: there is no video. In the browser alone: it knows how times are written. */
export function Still({ children }) {
  useEffect(() => confine(document.createElement("div")), []);
  return children;
}

const SEEN = { phase: "paused", note: "", trouble: null, made: 0, isGrowing: false, fps: 0, toggle: nothing };
const PLAYERS = {
  "nothing to see yet": { phase: "waiting", controls: false },
  "the first picture is on its way": { phase: "starting" },
  paused: {},
  playing: { phase: "playing", isMoving: true },
  "playing what is made of it so far": { phase: "playing", isMoving: true, isGrowing: true, made: 2 },
  "waits for more": { phase: "stalled", isMoving: true, isGrowing: true, made: 1 },
  "made again from the start": { phase: "waiting", note: "player.starting_over", controls: false },
  "something broke": { phase: "refused", trouble: { says: "player.broken", fix: "player.broken_fix", canRetry: true }, controls: false },
  "no video": { phase: "refused", trouble: { message: "The picture is gone.", howToFix: "Add it again." }, controls: false },
};

export function Players() {
  return Object.entries(PLAYERS).map(([state, { controls = true, isMoving = false, ...seen }]) => (
    <Specimen key={state} state={state}>
      <OnePlayer name={state} playback={{ ...SEEN, ...seen }} {...{ controls, isMoving }} />
    </Specimen>
  ));
}

function OnePlayer({ name, playback, controls, isMoving }) {
  const frame = useRef(null);
  const video = useRef(null);
  const { made, isGrowing } = playback;
  return (
    <div className="card-media">
      <Surface {...{ frame, video, playback, name }} poster={sample("coffee")}>
        {controls && <Controls {...{ video, name, isMoving, made, isGrowing }} seconds={5} onToggle={nothing} onSeek={nothing} onFullscreen={nothing} />}
      </Surface>
    </div>
  );
}

const JOB = { options: { motion: "ORBIT", seconds: 5, shape: "AS_PICTURE" }, progress: {}, expiresAt: null };
const FACTS = {
  waiting: { state: "QUEUED", progress: { queuePosition: 3 } },
  "being made": { state: "PROCESSING", progress: { percent: 42 } },
  ready: { state: "COMPLETED", options: { motion: "PAN", seconds: 7, shape: "WIDE" }, size: { width: 1280, height: 720 } },
  failed: { state: "FAILED" },
  cancelled: { state: "CANCELLED" },
};
const LINKS = [
  { id: "new", createdAt: NOON, expiresAt: NOON + 7 * DAY, openedTimes: 0 },
  { id: "old", createdAt: NOON - DAY, expiresAt: NOON + HOUR, openedTimes: 12 },
];

/** On the viewer's dark ground. */
export function Watching() {
  return (
    <>
      {Object.entries(FACTS).map(([state, { size, ...job }]) => (
        <Specimen key={state} state={`facts: ${state}`}>
          <div className="viewer">
            <Facts job={{ ...JOB, ...job }} size={size} />
          </div>
        </Specimen>
      ))}
      <Specimen state="links to a video, for others">
        <div className="viewer">
          <Links links={LINKS} onRevoke={nothing} />
        </div>
      </Specimen>
      <Specimen state="what was refused">
        <div className="viewer">
          <Trouble code="TOO_MANY_SHARE_LINKS" limit={{ value: 20 }} />
        </div>
      </Specimen>
      <Specimen state="the server did not hear">
        <div className="viewer">
          <Trouble />
        </div>
      </Specimen>
    </>
  );
}

export function Undos({ children }) {
  const one = [{ id: "specimen", name: "dandelions.jpg" }];
  return (
    <>
      <Specimen state="one was deleted">
        <Offer undoable={one} failed={[]} onUndo={nothing}>
          {children}
        </Offer>
      </Specimen>
      <Specimen state="several were deleted">
        <Offer undoable={[...one, ...one, ...one]} failed={[]} onUndo={nothing}>
          {children}
        </Offer>
      </Specimen>
      <Specimen state="one could not be deleted, and is back">
        <Offer undoable={[]} failed={["dandelions.jpg"]} onUndo={nothing}>
          {children}
        </Offer>
      </Specimen>
    </>
  );
}
