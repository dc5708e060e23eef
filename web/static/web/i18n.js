/** The interface in the reader's language: sentences from `locales/*.json`, dates and plurals from the browser. */
import { localStore, setting } from "./core.js";

/** Every language of the service by the name that its own readers know. @type {Record<string, string>} */
export const LANGUAGES = JSON.parse(setting("languages"));
export const CODES = Object.keys(LANGUAGES);
/** The language of a message that could not be told. */
export const UNKNOWN = "und";

let language = "en";
/** A sentence, or its plural forms. @type {Record<string, string | Record<string, string>>} */
let sentences = {};
let formats = formatsOf("en", "en");

/** The language to begin in: what was chosen here before, else the browser's. */
export function firstLanguage() {
  return (
    match(/** @type {string | null} */ (localStore.get("language"))) ??
    navigator.languages.map(match).find(Boolean) ??
    "en"
  );
}

/** @param {string | null | undefined} tag @returns {string | null} */
export function match(tag) {
  if (!tag) return null;
  const wanted = tag.toLowerCase();
  return (
    CODES.find((code) => code.toLowerCase() === wanted) ??
    CODES.find((code) => code.toLowerCase().split("-")[0] === wanted.split("-")[0]) ??
    null
  );
}

/** The sentences in `code`, or in English where nobody translated them yet. @param {string} code */
async function catalogue(code) {
  const answer = await fetch(new URL(`locales/${code}.json`, import.meta.url));
  if (answer.status === 404 && code !== "en") return catalogue("en");
  if (!answer.ok) throw new Error(`No sentences in ${code}`);
  return answer.json();
}

/** Speak `code` from now on. A catalogue that cannot be had leaves the present one. @param {string} code */
export async function speak(code) {
  sentences = await catalogue(code);
  language = code;
  // Dates as the reader's own region writes them, where it speaks this language.
  const region = navigator.languages.find((tag) => match(tag) === code) ?? code;
  formats = formatsOf(code, region);
  localStore.set("language", code);
  document.documentElement.lang = code;
}

/** @param {string} code @param {string} region as `en-GB` */
function formatsOf(code, region) {
  return {
    plural: new Intl.PluralRules(code),
    number: new Intl.NumberFormat(code),
    time: new Intl.DateTimeFormat(region, { hour: "numeric", minute: "2-digit" }),
    day: new Intl.DateTimeFormat(region, { weekday: "long", day: "numeric", month: "long" }),
    dayOfYear: new Intl.DateTimeFormat(region, { day: "numeric", month: "long", year: "numeric" }),
    moment: new Intl.DateTimeFormat(region, { dateStyle: "medium", timeStyle: "short" }),
    relative: new Intl.RelativeTimeFormat(code, { numeric: "auto" }),
    list: new Intl.ListFormat(code, { type: "conjunction" }),
    languages: new Intl.DisplayNames(code, { type: "language" }),
  };
}

export const spoken = () => language;

/**
 * The sentence of `key` with `{names}` filled in; a sentence with plural forms is chosen by `values.count`.
 *
 * @param {string} key
 * @param {Record<string, string | number | null | undefined>} [values]
 */
export function t(key, values = {}) {
  let sentence = sentences[key];
  if (sentence === undefined) return key;
  if (typeof sentence === "object") sentence = sentence[formats.plural.select(Number(values.count))] ?? sentence.other;
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === "number" ? formats.number.format(value) : String(value);
  });
}

/** @param {string} code */
export const languageName = (code) => {
  if (code === UNKNOWN) return t("language.unknown");
  try {
    return formats.languages.of(code === "zh-CN" ? "zh-Hans" : code) ?? code;
  } catch {
    return code;
  }
};
/** @param {number} value */
export const number = (value) => formats.number.format(value);
/** @param {string} iso */
export const time = (iso) => formats.time.format(new Date(iso));
/** @param {string} iso */
export const moment = (iso) => formats.moment.format(new Date(iso));
/** @param {string[]} names */
export const list = (names) => formats.list.format(names);

/** @param {string} iso @param {number} now milliseconds, by the server's clock */
export function dayName(iso, now) {
  const day = new Date(iso);
  const age = Math.round((startOfDay(new Date(now)) - startOfDay(day)) / 86_400_000);
  if (age === 0 || age === 1) return capital(formats.relative.format(-age, "day"));
  return (age > 0 && age < 300 ? formats.day : formats.dayOfYear).format(day);
}

/** @param {Date} date */
const startOfDay = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
/** @param {string} text */
const capital = (text) => text.charAt(0).toLocaleUpperCase(language) + text.slice(1);

/** A size as people count it: what is limited to 25 MiB is "25 MB". @param {number} bytes */
export function size(bytes) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  let step = 0;
  let amount = bytes;
  while (amount >= 1024 && step < units.length - 1) {
    amount /= 1024;
    step += 1;
  }
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: units[step],
    // "10 bytes", not "10 byte".
    unitDisplay: step ? "short" : "long",
    maximumFractionDigits: amount < 10 && step ? 1 : 0,
  }).format(amount);
}
