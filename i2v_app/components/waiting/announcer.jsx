// The page's voice for screen readers. Changes of state are said at once; how far a job is, seldom.

import { useEffect, useRef, useState } from "react";

import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

import { announce, speakWith } from "./announce.js";
import { useChanges } from "./changes.js";

const MARKS = [75, 50, 25]; // percent at which it is said how far a job is
const QUIET = 10_000; // milliseconds of silence before that
const GONE = 6_000; // milliseconds after which a sentence is taken away, so that it is not found where it is no longer true

const SAID = {
  QUEUED: "waiting.said_queued",
  PROCESSING: "waiting.said_processing",
  COMPLETED: "waiting.said_completed",
  FAILED: "waiting.said_failed",
  CANCELLED: "waiting.said_cancelled",
};

export function Announcer({ cards, running, known }) {
  const say = useMessages();
  const [sentence, setSentence] = useState("");
  const lastSpoken = useRef(0);
  const marks = useRef(new Map());

  useEffect(() => {
    let timer = null;
    const end = speakWith((said) => {
      lastSpoken.current = Date.now();
      setSentence(said);
      clearTimeout(timer);
      timer = setTimeout(() => setSentence(""), GONE);
    });
    return () => {
      end();
      clearTimeout(timer);
    };
  }, []);

  useChanges(cards, known, (card) => {
    lastSpoken.current = Date.now();
    announce(say(SAID[card.state], { name: card.name || say("waiting.unnamed") }));
  });

  useEffect(() => {
    for (const [id, { percent }] of Object.entries(running)) {
      const mark = MARKS.find((one) => percent >= one) ?? 0;
      const before = marks.current.get(id);
      if (before === mark) continue;
      marks.current.set(id, mark);
      if (before === undefined || mark < before || Date.now() - lastSpoken.current < QUIET) continue;
      const name = cards.find((card) => card.id === id)?.name || say("waiting.unnamed");
      lastSpoken.current = Date.now();
      announce(say("waiting.said_percent", { name, part: mark / 100 }));
    }
  }, [running]);

  return (
    <p role="status" aria-live="polite" className="visually-hidden announcer">
      {sentence}
    </p>
  );
}
