/** The emoji that can be chosen, what they are called, and which of them this person uses. */
import { localStore } from "./core.js";
import { spoken } from "./i18n.js";

/** What emoji are called: their name first, then other words. @typedef {Record<string, string[]>} Names */
/**
 * `groups`: emoji by group, with blanks between them; `toned`: those that take a skin tone.
 *
 * @typedef {{groups: Record<string, string>, toned: string}} Table
 */

export const TONES = ["", "🏻", "🏼", "🏽", "🏾", "🏿"];
const MOST_RECENT = 24;
const FOUND = 60;

/** What was fetched, or is being, by its name. @type {Map<string, Promise<unknown>>} */
const fetched = new Map();

/**
 * A table of the vendored ones; empty where it cannot be had.
 *
 * @template T
 * @param {string} name
 * @param {T} empty
 */
async function tableOf(name, empty) {
  const reading = fetched.get(name) ?? read(name);
  fetched.set(name, reading);
  try {
    return /** @type {T} */ (await reading);
  } catch {
    fetched.delete(name);
    return empty;
  }
}

/** @param {string} name */
async function read(name) {
  const answer = await fetch(new URL(`./vendor/emoji/${name}.json`, import.meta.url));
  if (!answer.ok) throw new Error(`No emoji: ${name}`);
  return answer.json();
}

/** @returns {Promise<{groups: Record<string, string[]>, toned: Set<string>}>} */
export async function emojiGroups() {
  const { groups, toned } = await tableOf("groups", /** @type {Table} */ ({ groups: {}, toned: "" }));
  return {
    groups: Object.fromEntries(Object.entries(groups).map(([name, emoji]) => [name, emoji.split(" ")])),
    toned: new Set(toned.split(" ")),
  };
}

/** What emoji are called: in the reader's language, in English, and between colons. @returns {Promise<Names[]>} */
export const emojiNames = () => {
  const empty = /** @type {Names} */ ({});
  return Promise.all([tableOf(spoken(), empty), tableOf("en", empty), tableOf("codes", empty)]);
};

/**
 * The emoji that are called `query`: first those whose name begins with it.
 *
 * @param {Names[]} tables
 * @param {string} query
 * @returns {string[]}
 */
export function findEmoji(tables, query) {
  const wanted = plain(query);
  /** @type {Map<string, number>} */
  const ranks = new Map();
  for (const names of tables) {
    for (const [emoji, words] of Object.entries(names)) {
      const rank = Math.min(...words.map((word, i) => rankOf(plain(word), wanted, i)));
      if (rank < (ranks.get(emoji) ?? Infinity)) ranks.set(emoji, rank);
    }
  }
  const hits = [...ranks].filter(([, rank]) => rank < Infinity);
  return hits
    .sort(([, rank], [, other]) => rank - other)
    .map(([emoji]) => emoji)
    .slice(0, FOUND);
}

/**
 * @param {string} word
 * @param {string} wanted
 * @param {number} i its place among the emoji's words: the name is the first
 */
function rankOf(word, wanted, i) {
  if (word === wanted) return i ? 2 : 0;
  if (word.startsWith(wanted)) return i ? 3 : 1;
  return word.includes(wanted) ? (i ? 5 : 4) : Infinity;
}

/** @param {string} word */
const plain = (word) => word.toLocaleLowerCase().replaceAll("_", " ");

/** Emoji in a skin tone: it follows the first character. @param {string} emoji @param {string} tone */
export function toned(emoji, tone) {
  const [first, ...rest] = emoji;
  return tone ? first + tone + rest.join("").replace(/^\uFE0F/, "") : emoji;
}

/** @returns {string[]} */
export const recentEmoji = () => localStore.get("emoji") ?? [];

/** @param {string} emoji */
export const noteEmoji = (emoji) =>
  localStore.set("emoji", [emoji, ...recentEmoji().filter((other) => other !== emoji)].slice(0, MOST_RECENT));

/** @returns {string} */
export const chosenTone = () => localStore.get("emojiTone") ?? "";

/** @param {string} tone */
export const chooseTone = (tone) => localStore.set("emojiTone", tone || null);
