// Takes pictures from a drop anywhere on the page, from the clipboard and from the file dialog (on phones also the
// camera). JSX, because files must go from here straight to the API: through Python they would cross the page's socket.

import { useEffect, useRef, useState } from "react";

import { add, refuse } from "./upload_queue.js";

export function PictureDrop({ maxBytes, formats, motion, seconds, label }) {
  const input = useRef(null);
  const [isOver, setOver] = useState(false);
  const wishes = useRef(null);
  wishes.current = { maxBytes, formats, motion, seconds };

  const take = (files) => {
    const { maxBytes, formats, motion, seconds } = wishes.current;
    const options = seconds ? { motion, seconds: Number(seconds) } : { motion };
    if (!files.length) return;
    add(files, { maxBytes, formats: formats ?? [] }, options);
    requestAnimationFrame(showCards);
  };

  useEffect(() => {
    let depth = 0; // dragenter and dragleave come for every element on the way
    const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
    const enter = (event) => {
      if (!hasFiles(event)) return;
      depth++;
      setOver(true);
    };
    const leave = (event) => {
      if (hasFiles(event) && --depth <= 0) end();
    };
    const over = (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
    };
    const end = () => {
      depth = 0;
      setOver(false);
    };
    const drop = (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      end();
      take(filesOf(event.dataTransfer));
    };
    const paste = (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (!files.length) return;
      event.preventDefault();
      take(files);
    };
    const listeners = { dragenter: enter, dragleave: leave, dragover: over, drop, paste };
    for (const [name, listener] of Object.entries(listeners)) addEventListener(name, listener);
    return () => {
      for (const [name, listener] of Object.entries(listeners)) removeEventListener(name, listener);
    };
  }, []);

  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        accept="image/*,.heic,.heif,.avif"
        multiple
        onChange={(event) => {
          take([...event.target.files]);
          event.target.value = ""; // the same picture may be chosen again
        }}
      />
      <button type="button" className="button primary" onClick={() => input.current.click()}>
        <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
          <path d="M12 5v14M5 12h14" fill="none" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" />
        </svg>
        {label}
      </button>
      {isOver && (
        <div className="drop-overlay" aria-hidden="true">
          <span>Drop to add</span>
        </div>
      )}
    </>
  );
}

/** Bring the cards into view if they are below it: whoever has just added a picture wants to see it. */
function showCards() {
  const card = document.querySelector(".card");
  if (card && card.getBoundingClientRect().bottom > innerHeight) document.getElementById("videos")?.scrollIntoView();
}

/** The files of a drop. A folder is named instead of being sent as a broken file. */
function filesOf(transfer) {
  const files = [];
  for (const item of transfer.items) {
    if (item.kind !== "file") continue;
    const file = item.getAsFile();
    if (item.webkitGetAsEntry?.()?.isDirectory) {
      refuse(file?.name ?? "Folder", "This is a folder.", "Open it and drop the pictures that are in it.");
    } else if (file) files.push(file);
  }
  return files;
}
