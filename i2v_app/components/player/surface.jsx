// What every player has, small or large: the picture without a way to save it, and what is said over it.

import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

/**
 * The video of one job and its `children` (controls) over it. `playback` is what `usePlayback` returned; the rest of the
 * properties go to the frame around.
 */
export function Surface({ frame, video, playback, poster, name, loops = true, onPress, children, ...rest }) {
  const say = useMessages();
  const { phase, note, trouble, isGrowing, toggle } = playback;
  return (
    <div
      ref={frame}
      className="player"
      data-phase={phase}
      data-growing={isGrowing}
      role="group"
      aria-label={say("player.video_of", { name })}
      onContextMenu={(event) => event.preventDefault()}
      {...rest}
    >
      <video
        ref={video}
        poster={poster}
        muted
        loop={loops}
        playsInline
        preload="none"
        tabIndex={-1}
        disablePictureInPicture
        disableRemotePlayback
        controlsList="nodownload noremoteplayback noplaybackrate"
        aria-label={say("player.video_of", { name })}
        onClick={onPress}
      />
      {note && <span className="player-note">{say(note)}</span>}
      {trouble && <Trouble {...trouble} onRetry={toggle} />}
      {(phase === "stalled" || phase === "starting") && <span className="player-spinner" aria-hidden="true" />}
      {children}
    </div>
  );
}

// `says` and `fix` are messages of the page; `message` and `howToFix` are somebody else's words.
function Trouble({ says, fix, code, message, howToFix, canRetry, onRetry }) {
  const say = useMessages();
  return (
    // What became of a job is said by the page; said aloud here is only what stands nowhere else.
    <div className="player-trouble" role={canRetry ? "alert" : undefined}>
      <strong>{says ? say(says) : (code && say.refusal(code, {})) || message}</strong>
      <span>{fix ? say(fix) : (code && say.howToFix?.(code, {})) || howToFix}</span>
      {canRetry && (
        <button type="button" className="button small" onClick={onRetry}>
          {say("player.try_again")}
        </button>
      )}
    </div>
  );
}
