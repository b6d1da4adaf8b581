// A video that somebody shared, for whoever has the link. The secret stands behind `#`, which browsers send to nobody.

import { useEffect, useMemo, useRef, useState } from "react";

import { Controls } from "$/public/external/i2v_app/components/player/player/controls.jsx";
import { patiently } from "$/public/external/i2v_app/components/player/player/patience.js";
import { openingOfShared } from "$/public/external/i2v_app/components/player/player/protocol.js";
import { Surface } from "$/public/external/i2v_app/components/player/player/surface.jsx";
import { usePlayback } from "$/public/external/i2v_app/components/player/player/use_playback.js";
import { useSeek } from "$/public/external/i2v_app/components/player/player/use_seek.js";
import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

import { readShared } from "./sharing.js";

/** The whole content of the page `/shared#<secret>`. */
export function SharedVideo() {
  const say = useMessages();
  const [secret, setSecret] = useState(() => location.hash.slice(1));
  const [video, setVideo] = useState(undefined);
  useEffect(() => {
    const onHash = () => setSecret(location.hash.slice(1));
    addEventListener("hashchange", onHash);
    return () => removeEventListener("hashchange", onHash);
  }, []);
  useEffect(() => {
    const control = new AbortController();
    setVideo(undefined);
    const found = secret ? patiently(() => readShared(secret, control.signal), () => true, control.signal, Infinity) : Promise.resolve(null);
    found.then(setVideo, () => {});
    return () => control.abort();
  }, [secret]);
  if (video === undefined) return <p className="shared-wait">{say("sharing.looking")}</p>;
  if (video === null) {
    return (
      <section className="message-page">
        <h1>{say("sharing.over")}</h1>
        <p>{say("sharing.over_fix")}</p>
      </section>
    );
  }
  return <Shown key={secret} secret={secret} video={video} onEnd={() => setVideo(null)} />;
}

function Shown({ secret, video: { name, width, height, seconds, expiresAt, posterUrl }, onEnd }) {
  const say = useMessages();
  const frame = useRef(null);
  const video = useRef(null);
  const opening = useMemo(() => openingOfShared(secret), [secret]);
  const playback = usePlayback({ opening, state: "COMPLETED", attempt: 0, watchable: true }, frame, video);
  const { phase, trouble, made, isGrowing, toggle } = playback;
  const seek = useSeek(video, playback);
  useEffect(() => {
    if (!trouble) return undefined;
    // It may be that the link has ended: then there is nothing to start again.
    const control = new AbortController();
    readShared(secret, control.signal).then((found) => !found && onEnd(), () => {});
    return () => control.abort();
  }, [trouble, secret]);
  const isMoving = phase === "playing" || phase === "stalled" || phase === "starting";
  const fullscreen = () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else frame.current.requestFullscreen?.().catch(() => {});
  };
  return (
    <section className="shared" style={{ "--ratio": width / height }} aria-labelledby="shared-name">
      <h1 id="shared-name">{name}</h1>
      <p className="shared-note">{say("sharing.ends_on", { moment: new Date(expiresAt) })}</p>
      <div className="shared-picture">
        <Surface {...{ frame, video, playback, poster: posterUrl, name }} onPress={trouble ? undefined : toggle}>
          {!trouble && (
            <Controls {...{ video, name, isMoving, made, isGrowing, seconds }} onToggle={toggle} onSeek={seek} onFullscreen={fullscreen} />
          )}
        </Surface>
      </div>
    </section>
  );
}
