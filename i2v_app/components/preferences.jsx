// The reader's language and colours: both are known to the browser alone, and are kept there.

import { useContext } from "react";

import { chooseLanguage, useLanguage, useMessages } from "$/public/external/i2v_app/messages/words/messages.js";
import { ColorModeContext } from "$/utils/context";

/** One radio button for each language, named in that language. `languages`: their names by tag. */
export function LanguageChoice({ languages }) {
  const current = useLanguage();
  return Object.entries(languages).map(([tag, name]) => (
    <Choice key={tag} group="language" isChosen={tag === current} choose={() => chooseLanguage(tag)}>
      <span lang={tag}>{name}</span>
    </Choice>
  ));
}

/** The name of the language that is spoken now. */
export function LanguageName({ languages }) {
  return languages[useLanguage()];
}

/** As the system has it, light, or dark. */
export function SchemeChoice() {
  const say = useMessages();
  const { rawColorMode, setColorMode } = useContext(ColorModeContext);
  const schemes = { system: say("shell.system"), light: say("shell.light"), dark: say("shell.dark") };
  return Object.entries(schemes).map(([scheme, name]) => (
    <Choice key={scheme} group="scheme" isChosen={scheme === rawColorMode} choose={() => setColorMode(scheme)}>
      {name}
    </Choice>
  ));
}

function Choice({ group, isChosen, choose, children }) {
  return (
    <label className="preference">
      <input type="radio" name={group} checked={isChosen} onChange={choose} />
      {children}
    </label>
  );
}
