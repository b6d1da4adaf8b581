// Takes pictures from a drop anywhere on the page, from the clipboard and from the file dialog (on phones also the
// camera). JSX, because files must go from here straight to the API: through Python they would cross the page's socket.

import { useEffect, useRef, useState } from "react";

import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";
import { SHAPES, currentWishes } from "$/public/external/i2v_app/components/choices/choices/wishes.js";

import { add, refuse, setLimits } from "./upload_queue.js";

export function PictureDrop({ maxBytes, formats, longSide }) {
  const say = useMessages();
  const input = useRef(null);
  const camera = useRef(null);
  const [isOver, setOver] = useState(false);

  useEffect(() => setLimits({ maxBytes, formats: formats ?? [], longSide }), [maxBytes, formats, longSide]);

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

  const taken = (event) => {
    take([...event.target.files]);
    event.target.value = ""; // the same picture may be chosen again
  };
  return (
    <>
      <input ref={input} type="file" hidden accept="image/*,.heic,.heif,.avif" multiple onChange={taken} />
      <input ref={camera} type="file" hidden accept="image/*" capture="environment" onChange={taken} />
      <button type="button" className="button primary" onClick={() => input.current.click()}>
        <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
          <path d="M12 5v14M5 12h14" fill="none" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" />
        </svg>
        {say("upload.choose")}
      </button>
      <button type="button" className="button quiet only-coarse-pointer" onClick={() => camera.current.click()}>
        <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
          <path
            d="M4 8h3.5L9 5.5h6L16.5 8H20v11H4zM15.5 13a3.5 3.5 0 1 1-7 0 3.5 3.5 0 0 1 7 0z"
            fill="none"
            stroke="currentColor"
            strokeWidth="1.7"
            strokeLinejoin="round"
          />
        </svg>
        <span className="camera-words">{say("upload.camera")}</span>
      </button>
      {isOver && (
        <div className="drop-overlay" aria-hidden="true">
          <span>{say("upload.drop")}</span>
        </div>
      )}
    </>
  );
}

/** Take these files in, if there are any. */
export function take(files) {
  if (!files.length) return;
  add(files);
  requestAnimationFrame(showWhatCame);
}

/** Bring the cards into view if they are below it: whoever has just added a picture wants to see it. */
function showWhatCame() {
  if (SHAPES[currentWishes().shape]) return; // it is framed first, where the person looks already
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
      refuse(file?.name ?? "", { says: "upload.folder", helps: "upload.folder_help" });
    } else if (file) files.push(file);
  }
  return files;
}
