// What is shown when a script of ours fails. By itself, because what broke may be anything but the words.

import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

/** That nothing is lost, and a way to load the page anew: a real load, which begins all scripts again. */
export function BrokenPage() {
  const say = useMessages();
  return (
    <main className="page">
      <title>{`${say("shell.broken")} · i2v`}</title>
      <div className="message-page" role="alert">
        <h1>{say("shell.broken")}</h1>
        <p>{say("shell.broken_why")}</p>
        <a className="button primary" href="/">
          {say("shell.broken_again")}
        </a>
      </div>
    </main>
  );
}
