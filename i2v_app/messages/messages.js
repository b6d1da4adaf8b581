// The reader's language and what is said in it. JavaScript, because only the browser knows whom it is for, and because
// numbers, times and plurals are the browser's own (Intl).

import { IntlMessageFormat } from "intl-messageformat";
import { useEffect, useSyncExternalStore } from "react";

import en from "./en.js";

const OTHERS = { de: () => import("./de.js"), es: () => import("./es.js"), zh: () => import("./zh.js") };
const KEY = "language"; // in localStorage, and in the head's script, which hides the page until its words are there

let current = { language: "en", say: sayingIn("en", en) };
let wanted = "en";
const listeners = new Set();

/** The languages that the reader may choose from, by their tags. */
export const LANGUAGES = ["en", ...Object.keys(OTHERS)];

/**
 * The function that says a message: `say(key, values)`. `say.refusal(code, { limit })` says what was refused or failed, and
 * `say.howToFix` what to do about it; both are empty where there are no words for the code. `limit`: the API's `Limit`, or
 * its value, if there is one.
 */
export function useMessages() {
  const said = useSyncExternalStore(subscribe, snapshot, atFirst);
  useEffect(() => {
    // What was built in English is shown once it is said in the reader's language: the words may come before React does.
    if (said.language === wanted) showWords();
  }, [said]);
  return said.say;
}

/** The reader's language as a tag. */
export function useLanguage() {
  return useSyncExternalStore(subscribe, snapshot, atFirst).language;
}

/** The same outside of a component, as it is now. */
export const say = (key, values) => current.say(key, values);
export const language = () => current.language;

/**
 * The tag by which dates and numbers are written in that language: the reader's own region where it is of that language,
 * since en-GB writes them otherwise than en-US.
 */
export const localeOf = (tag) => navigator.languages.find((own) => own.split("-")[0] === tag && isTag(own)) ?? tag;

// A Chromium without a locale calls its language "en-US@posix", at which Intl throws.
function isTag(tag) {
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false;
  }
}

/** Say everything in this language from now on, and on the next visit. */
export function chooseLanguage(tag) {
  try {
    localStorage.setItem(KEY, tag);
  } catch {
    // No storage is allowed: it is chosen for this page only.
  }
  return use(tag);
}

async function use(tag) {
  wanted = tag;
  let messages = en;
  if (tag !== "en") {
    try {
      messages = (await OTHERS[tag]()).default;
    } catch {
      tag = "en"; // the server is away: better English than nothing
    }
  }
  if (wanted !== tag && tag !== "en") return; // another was chosen meanwhile
  current = { language: tag, say: sayingIn(localeOf(tag), messages) };
  document.documentElement.lang = tag;
  if (tag === "en") showWords();
  for (const listener of listeners) listener();
}

function showWords() {
  delete document.documentElement.dataset.words;
}

function sayingIn(locale, messages) {
  const made = new Map();
  const say = (key, values) => {
    let format = made.get(key);
    if (!format) {
      format = new IntlMessageFormat(messages[key] ?? en[key] ?? key, locale, undefined, { ignoreTag: true });
      made.set(key, format);
    }
    return format.format(values);
  };
  const aboutRefusal = (key, code, values) => (en[key] ? say(key, { ...values, limit: limitOf(code, values?.limit) }) : "");
  say.refusal = (code, values) => aboutRefusal(`refusals.${code}`, code, values);
  say.howToFix = (code, values) => aboutRefusal(`refusals.${code}.fix`, code, values);
  return say;
}

// Bytes are said as megabytes. Without a limit the words do without one: "none" is what they look for.
function limitOf(code, limit) {
  const value = limit?.value ?? limit;
  if (typeof value !== "number") return "none";
  return code === "TOO_MANY_BYTES" ? value / 1e6 : value;
}

function preferred() {
  let chosen = null;
  try {
    chosen = localStorage.getItem(KEY);
  } catch {
    // No storage: what the browser prefers.
  }
  for (const tag of [chosen, ...navigator.languages]) {
    const short = tag?.split("-")[0];
    if (LANGUAGES.includes(short)) return short;
  }
  return "en";
}

const subscribe = (listener) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
const snapshot = () => current;
const FIRST = current;
// What the page was built with: React compares it with the first drawing in the browser.
const atFirst = () => FIRST;

if (typeof window !== "undefined") use(preferred());
