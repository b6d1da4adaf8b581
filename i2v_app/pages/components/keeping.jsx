// The gallery's parts in every state. JSX, as they are.

import { useState } from "react";

import { Filters } from "$/public/external/i2v_app/components/gallery/gallery/filters.jsx";
import { Intro } from "$/public/external/i2v_app/components/gallery/gallery/intro.jsx";
import { KeepSheet } from "$/public/external/i2v_app/components/gallery/gallery/keep_sheet.jsx";
import { Nothing } from "$/public/external/i2v_app/components/gallery/gallery/nothing.jsx";
import { SelectionBar } from "$/public/external/i2v_app/components/gallery/gallery/selection_bar.jsx";
import { Tile } from "$/public/external/i2v_app/components/gallery/gallery/tile.jsx";
import { Trouble } from "$/public/external/i2v_app/components/gallery/gallery/trouble.jsx";
import { UndoToast } from "$/public/external/i2v_app/components/gallery/gallery/undo_toast.jsx";

import { DAY, HOUR, NOON, Specimen, nothing, sample } from "./specimen.jsx";

const BOUNDS = { retentionHours: 168, keepAtMostHours: 720 };
const ITEM = {
  id: "specimen",
  name: "dandelions.jpg",
  state: "COMPLETED",
  thumbnail: sample("dandelions"),
  percent: 100,
  createdAt: NOON - DAY,
  expiresAt: NOON + 6 * DAY,
};
const TILES = {
  waiting: { state: "QUEUED", percent: 0, createdAt: NOON, expiresAt: null },
  "being made": { state: "PROCESSING", percent: 42, createdAt: NOON, expiresAt: null, thumbnail: sample("cat") },
  ready: { thumbnail: sample("coffee") },
  "ready, ends tomorrow": { expiresAt: NOON + DAY },
  "kept for as long as may be": { expiresAt: NOON + 30 * DAY, thumbnail: sample("cat") },
  selected: { isSelected: true, thumbnail: sample("coffee") },
  failed: { state: "FAILED" },
  "cancelled, without a name": { state: "CANCELLED", name: "", thumbnail: sample("cat") },
};
const ACTIONS = { select: nothing, keep: nothing };

export function Tiles() {
  return Object.entries(TILES).map(([state, { isSelected = false, ...item }]) => (
    <Specimen key={state} state={state}>
      <ul className="gallery-grid" role="list" style={{ height: 290 }} data-selecting={isSelected || undefined}>
        <Tile
          item={{ ...ITEM, ...item }}
          index={0}
          count={1}
          top={0}
          start={0}
          width={240}
          height={280}
          isActive
          isSelected={isSelected}
          isSelecting={isSelected}
          bounds={BOUNDS}
          now={NOON}
          actions={ACTIONS}
        />
      </ul>
    </Specimen>
  ));
}

const DELETED = ["one", "two", "three"];
const DELETIONS = { subscribe: () => nothing, snapshot: () => DELETED, undo: nothing, pause: nothing, resume: nothing };
const SELECTED = { total: 48, canKeep: true, isCollecting: false, onAll: nothing, onKeep: nothing, onDelete: nothing, onEnd: nothing };

/** What lies above and over the tiles. */
export function Keeping() {
  const [wish, setWish] = useState({ search: "dandelion", filter: "all", orderBy: "NEWEST" });
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <Specimen state="how many there are, and until when">
        <Intro total={48} bounds={BOUNDS} />
      </Specimen>
      <Specimen state="search, order and states">
        <Filters wish={wish} onWish={setWish} />
      </Specimen>
      <Specimen state="none selected yet">
        <SelectionBar {...SELECTED} count={0} canKeep={false} />
      </Specimen>
      <Specimen state="some selected">
        <SelectionBar {...SELECTED} count={3} />
      </Specimen>
      <Specimen state="all being selected">
        <SelectionBar {...SELECTED} count={24} isCollecting />
      </Specimen>
      <Specimen state="deleted, with a way back">
        <UndoToast deletions={DELETIONS} onLost={nothing} />
      </Specimen>
      <Specimen state="the server did not hear">
        <Trouble sentence="The server cannot be reached just now. Some of it was not done; try again in a moment." onDismiss={nothing} />
      </Specimen>
      <Specimen state="asks until when to keep">
        <button type="button" className="button" onClick={() => setAsking(true)}>
          Open the sheet
        </button>
        {isAsking && (
          <KeepSheet items={[{ ...ITEM, expiresAt: NOON + 6 * HOUR }]} bounds={BOUNDS} now={NOON} onKeep={() => ""} onClose={() => setAsking(false)} />
        )}
      </Specimen>
    </>
  );
}

const WISHES = {
  "no videos": { search: "", filter: "all" },
  "none of this name": { search: "holiday", filter: "all" },
  "none of this name in this state": { search: "holiday", filter: "ready" },
  "none in this state": { search: "", filter: "ended" },
};

export function NothingKept() {
  return Object.entries(WISHES).map(([state, wish]) => (
    <Specimen key={state} state={state}>
      <Nothing wish={wish} onAll={nothing} />
    </Specimen>
  ));
}
