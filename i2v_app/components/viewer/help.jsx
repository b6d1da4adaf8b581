// What the keys do, for whoever asks.

import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

/** A popover of its own: Escape closes it, and leaves the viewer open. */
export function Help() {
  const say = useMessages();
  const rows = [
    [[say("watching.key_space")], say("watching.does_toggle")],
    [["←", "→"], say("watching.does_seconds")],
    [[",", "."], say("watching.does_frames")],
    [["<", ">"], say("watching.does_speed")],
    [["L"], say("watching.does_loop")],
    [["C"], say("watching.does_compare")],
    [["F"], say("watching.does_fullscreen")],
    [["⇧ ←", "⇧ →"], say("watching.does_step")],
    [["Esc"], say("watching.close")],
  ];
  return (
    <div id="viewer-help" className="sheet viewer-help" popover="auto" role="dialog" aria-labelledby="viewer-help-title">
      <p id="viewer-help-title" className="sheet-title">
        {say("watching.keys")}
      </p>
      <dl>
        {rows.map(([keys, does]) => (
          <div key={does}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <p className="viewer-help-swipe">{say("watching.swipe")}</p>
    </div>
  );
}
