// Everything that is still kept. In the browser, because two thousand jobs should neither cross the page's socket nor lie in
// the server's memory: it asks the API itself, page by page.

import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { createPortal } from "react-dom";

import { serverNow } from "$/public/external/i2v_app/components/clock/clock.jsx";
import { ask } from "$/public/external/i2v_app/components/player/player/graphql.js";
import { useWatched } from "$/public/external/i2v_app/components/viewer/address/address.js";
import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

import { canKeep } from "./days.js";
import { Deletions } from "./deletions.js";
import { Filters } from "./filters.jsx";
import { Grid } from "./grid.jsx";
import { Icon } from "./icon.jsx";
import { Intro } from "./intro.jsx";
import { keepAll } from "./keeping.js";
import { KeepSheet } from "./keep_sheet.jsx";
import { followJobs } from "./live.js";
import { isNarrowed, Nothing } from "./nothing.jsx";
import { queryOf, tellAddress, wishOfAddress } from "./place.js";
import { SelectionBar } from "./selection_bar.jsx";
import { Trouble } from "./trouble.jsx";
import { UndoToast } from "./undo_toast.jsx";
import { useBounds } from "./use_bounds.js";
import { useNow } from "./use_now.js";
import { useSelection } from "./use_selection.js";
import { VideoList } from "./video_list.js";

const EVERYTHING = { search: "", filter: "all" };

export function Gallery() {
  const say = useMessages();
  const bounds = useBounds();
  const now = useNow();
  const [wish, setWish] = useState(wishOfAddress);
  const [trouble, setTrouble] = useState("");
  const [told, setTold] = useState("");
  const [toKeep, setToKeep] = useState(null);
  const [viewer, setViewer] = useState(null); // the place for what is told over a video that is watched large
  const grid = useRef(null);
  const begun = useRef(wish);

  const [list] = useState(() => new VideoList(ask));
  const words = useRef(say);
  words.current = say;
  const [deletions] = useState(() => new Deletions(list, ask, (refusal) => setTrouble(inWords(words.current, refusal))));
  const view = useSyncExternalStore(list.subscribe, list.snapshot);
  const selection = useSelection(view.items);
  const watched = useWatched();

  useEffect(() => {
    const stop = followJobs((event) => list.apply(event), () => list.refresh());
    // Whoever looks elsewhere may never be back: a phone ends a page that nobody sees without a word to it.
    const leave = () => deletions.commit();
    const look = () => document.visibilityState === "hidden" && leave();
    addEventListener("pagehide", leave);
    document.addEventListener("visibilitychange", look);
    return () => {
      removeEventListener("pagehide", leave);
      document.removeEventListener("visibilitychange", look);
      leave();
      stop();
      list.close();
    };
  }, [list, deletions]);
  useEffect(() => setViewer(watched && document.querySelector(".viewer-told")), [watched]);
  useEffect(() => {
    tellAddress(wish);
    list.show(queryOf(wish));
  }, [list, wish]);
  useEffect(() => {
    // Said when the answer to another wish is there, not with every job that comes or goes.
    if (begun.current === wish || !view.query || !isSame(view.query, queryOf(wish))) return;
    begun.current = wish;
    setTold(say("keeping.found", { count: view.total }));
  }, [wish, view, say]);

  // Where the focus goes on from when what it was in has gone.
  const goOn = useCallback(() => {
    if (viewer) viewer.closest("dialog").focus();
    else if (grid.current) grid.current.focus();
    else document.querySelector(".gallery-nothing .button")?.focus({ preventScroll: true });
  }, [viewer]);
  const isEmpty = view.isKnown && view.total === 0;
  const wasEmpty = useRef(null); // null until it is known
  useEffect(() => {
    if (!view.isKnown) return;
    // With the last tile, or with what stood in their place, the focus went: it goes on from what came instead.
    if (wasEmpty.current === !isEmpty && document.activeElement === document.body) goOn();
    wasEmpty.current = isEmpty;
  }, [isEmpty, view.isKnown, goOn]);
  useEffect(() => {
    // Nobody tells of a job whose time is over: the server is asked what is still there.
    if (list.snapshot().items.some(({ expiresAt }) => expiresAt && expiresAt < now)) list.refresh();
  }, [list, now]);

  // Only what changes is given: what is typed is looked for a little later, when the rest of the wish may be another.
  const change = (part) => {
    selection.end();
    setWish((before) => ({ ...before, ...part }));
    scrollTo({ top: 0, behavior: "instant" });
  };
  const selected = view.items.filter((item) => selection.ids.has(item.id));
  const keepable = selected.filter((item) => canKeep(item, bounds, now));

  const latest = useRef(null);
  latest.current = {
    select: (id, isRange) => (isRange ? selection.extend(id) : selection.toggle(id)),
    keep: (ids) => setToKeep(list.snapshot().items.filter((item) => ids.includes(item.id))),
    selectAll: () => selection.collect(() => list.all()),
    endSelecting() {
      selection.end();
      grid.current?.focus();
    },
    deleteSelected() {
      deletions.delete(selected.map((item) => item.id));
      latest.current.endSelecting();
    },
  };
  // The same functions for ever, so that tiles that have not changed are not drawn again.
  const actions = useMemo(
    () => Object.fromEntries(Object.keys(latest.current).map((name) => [name, (...given) => latest.current[name](...given)])),
    [],
  );

  const keep = async (until) => {
    const { refusal, isAnswered } = await keepAll(list, ask, toKeep, until);
    if (refusal || !isAnswered) return inWords(say, refusal);
    setTold(say("keeping.kept", { count: toKeep.length, at: new Date(until) }));
    selection.end();
    return "";
  };

  const toasts = (
    <div className="toasts">
      <Trouble sentence={trouble} onDismiss={() => setTrouble("")} />
      <UndoToast deletions={deletions} onLost={goOn} />
    </div>
  );

  return (
    <div className="gallery" data-ready={view.isKnown || undefined}>
      <Intro total={view.isKnown ? view.total : null} bounds={bounds} />
      {(!isEmpty || isNarrowed(wish)) && (
        <Filters wish={wish} onWish={change}>
          <button
            type="button"
            className="button small gallery-select"
            aria-pressed={selection.isSelecting}
            disabled={!view.total}
            onClick={selection.isSelecting ? selection.end : selection.start}
          >
            <Icon name="select" size={18} />
            {say("keeping.select")}
          </button>
        </Filters>
      )}
      {view.isInTrouble && !view.isKnown && <p className="gallery-trouble">{say("keeping.cannot_read")}</p>}
      {isEmpty ? (
        <Nothing wish={wishOf(view.query, wish)} onAll={() => change(EVERYTHING)} />
      ) : (
        <Grid
          ref={grid}
          items={view.items}
          total={view.total}
          isKnown={view.isKnown}
          selection={selection}
          bounds={bounds}
          now={now}
          actions={actions}
          onWant={list.want}
        />
      )}
      {selection.isSelecting && (
        <SelectionBar
          count={selected.length}
          total={view.total}
          canKeep={keepable.length > 0}
          isCollecting={selection.isCollecting}
          onAll={actions.selectAll}
          onKeep={() => setToKeep(keepable)}
          onDelete={actions.deleteSelected}
          onEnd={actions.endSelecting}
        />
      )}
      {viewer ? createPortal(toasts, viewer) : toasts}
      {toKeep && (
        <KeepSheet
          items={toKeep}
          bounds={bounds}
          now={serverNow()}
          onKeep={keep}
          onClose={() => setToKeep(null)}
          onTrouble={setTrouble}
        />
      )}
      <p role="status" className="visually-hidden">
        {told}
      </p>
    </div>
  );
}

const isSame = (one, other) => one.search === other.search && one.states === other.states && one.orderBy === other.orderBy;

/** What the emptiness that is shown is an answer to: while another answer is awaited, still the former wish. */
const wishOf = (query, wish) => (isSame(query, queryOf(wish)) ? wish : { ...wish, search: query.search });

const inWords = (say, refusal) => {
  if (!refusal) return say("keeping.no_answer");
  const { code, message, howToFix } = refusal;
  return `${say.refusal(code) || message} ${say.howToFix(code) || howToFix}`;
};
