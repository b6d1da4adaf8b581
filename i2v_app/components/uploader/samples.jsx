// Pictures to try it with, for who has none at hand. They go the way of every other picture.

import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

import { take } from "./picture_drop.jsx";
import { refuse } from "./upload_queue.js";

const SAMPLES = ["dandelions", "cat", "coffee"];

export function Samples() {
  const say = useMessages();
  return (
    <div className="samples" role="group" aria-label={say("upload.samples_name")}>
      <span aria-hidden="true">{say("upload.samples")}</span>
      <span className="samples-pictures">
        {SAMPLES.map((name) => (
          <button key={name} type="button" className="sample" onClick={() => use(name)} aria-label={say(`upload.sample_${name}`)}>
            <img src={`/samples/${name}-small.webp`} alt="" width="56" height="44" />
          </button>
        ))}
      </span>
    </div>
  );
}

async function use(name) {
  try {
    const answer = await fetch(`/samples/${name}.jpg`);
    if (!answer.ok) throw new Error(answer.statusText);
    take([new File([await answer.blob()], `${name}.jpg`, { type: "image/jpeg" })]);
  } catch {
    refuse(`${name}.jpg`, { says: "upload.sample_missing", helps: "upload.not_sent_help" });
  }
}
