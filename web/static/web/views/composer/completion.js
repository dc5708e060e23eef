/** What completes the word that is being written: people after @, channels after #, emoji after a colon. */
import { html, useRef, useState } from "../../core.js";
import { emojiNames, findEmoji, noteEmoji } from "../../emoji_tables.js";
import { languageName, t } from "../../i18n.js";
import { app } from "../../state.js";
import { Icon } from "../parts/icons.js";
import { Avatar, Name } from "../parts/people.js";

/** @import { Person, Room } from "../../../../types" */
/** @import { Names } from "../../emoji_tables.js" */

/** @typedef {"person" | "channel" | "emoji"} Kind */
/**
 * The word at the caret: where it begins, and which of its choices is marked.
 *
 * @typedef {{kind: Kind, from: number, query: string, at: number}} Word
 */
/**
 * `insert` takes the word's place; `name` then stands for `id`, a person's or the address of a channel.
 *
 * @typedef {{
 *   key: string, insert: string, name: string, id?: string, person?: Partial<Person>, emoji?: string,
 *   isChannel?: boolean,
 * }} Choice
 */

const MOST = 8;
const BEFORE = "(?:^|[\\s(（、。，])";
const PERSON = new RegExp(`${BEFORE}@([^\\s@]{0,40})$`, "u");
const CHANNEL = new RegExp(`${BEFORE}#([^\\s#]{0,40})$`, "u");
// Two Latin letters at least: ":D" and ":p" are said as they are.
const EMOJI = new RegExp(`${BEFORE}[:：]([a-z0-9_+-]{2,30}|(?=[^\\x00-\\x7f])[\\p{L}\\p{M}]{1,20})$`, "iu");
const CLOSED = new RegExp(`${BEFORE}:([a-z0-9_+-]{1,30}):$`, "iu");

/**
 * The word at the caret that may be completed, or null.
 *
 * @param {string} text
 * @param {number} caret
 * @returns {Word | null}
 */
export function wordAt(text, caret) {
  const before = text.slice(0, caret);
  /** @type {[Kind, RegExp][]} */
  const patterns = [
    ["person", PERSON],
    ["channel", CHANNEL],
    ["emoji", EMOJI],
  ];
  for (const [kind, pattern] of patterns) {
    const query = pattern.exec(before)?.[1];
    if (query === undefined) continue;
    const from = caret - query.length - 1;
    // "#" begins a heading.
    if (kind === "channel" && !query && (from === 0 || text[from - 1] === "\n")) continue;
    return { kind, from, query: query.toLocaleLowerCase(), at: 0 };
  }
  return null;
}

/**
 * The emoji whose `:name:` ends at the caret, and where it begins.
 *
 * @param {string} text
 * @param {number} caret
 * @param {Names | undefined} codes
 */
function closedAt(text, caret, codes) {
  const name = CLOSED.exec(text.slice(0, caret))?.[1].toLowerCase();
  const row = name && codes && Object.entries(codes).find(([, names]) => names.includes(name));
  return name && row ? { emoji: row[0], from: caret - name.length - 2 } : null;
}

/**
 * Whether `text`, in lower case, is in somebody's name or in how it is read.
 *
 * @param {Partial<Person>} person
 * @param {string} text
 */
export const isNamed = ({ name = "", name_reading: reading = "" }, text) =>
  [name, reading].some((known) => known.toLocaleLowerCase().includes(text));

/** @param {Word} word @param {Room} room @param {Names[]} tables @returns {Choice[]} */
function choicesOf({ kind, query }, room, tables) {
  if (kind === "emoji") {
    return findEmoji(tables, query)
      .slice(0, MOST)
      .map((emoji) => ({ key: emoji, insert: emoji, name: tables[0][emoji]?.[0] ?? emoji, emoji }));
  }
  if (kind === "channel") {
    const channels = (room.workspaceId && app.state.channels[room.workspaceId]) || [];
    return channels
      .filter(({ name, is_archived: isOver }) => !isOver && name.toLocaleLowerCase().includes(query))
      .slice(0, MOST)
      .map(({ id, name }) => ({
        key: id,
        insert: `#${name}`,
        name: `#${name}`,
        id: `${location.origin}/w/${room.workspaceId}/c/${id}`,
        isChannel: true,
      }));
  }
  if (!room.people) return [];
  /** @type {Partial<Person>[]} */
  const all = [
    ...room.people.filter((person) => person.id !== room.me?.id),
    ...(room.hasChannel ? [{ name: "channel" }] : []),
  ];
  return all
    .filter((person) => isNamed(person, query))
    .slice(0, MOST)
    .map((person) => ({
      key: String(person.id ?? "channel"),
      insert: `@${person.name}`,
      name: person.name ?? "",
      id: person.id === undefined ? undefined : String(person.id),
      person,
    }));
}

/**
 * The completion of a box's word.
 *
 * @param {Room} room
 * @param {(from: number, insert: string, choice?: Choice) => void} onChoose
 *   puts `insert` in the place of what begins at `from`
 */
export function useCompletion(room, onChoose) {
  const [word, setWord] = useState(/** @type {Word | null} */ (null));
  const [tables, setTables] = useState(/** @type {Names[]} */ ([]));
  const isAsked = useRef(false);
  const choices = word ? choicesOf(word, room, tables) : [];
  const close = () => setWord(null);
  /** @param {Choice} choice */
  const choose = (choice) => {
    if (!word) return;
    if (choice.emoji) noteEmoji(choice.emoji);
    onChoose(word.from, `${choice.insert} `, choice);
    close();
  };
  /** The text changed. @param {string} text @param {number} caret */
  const look = (text, caret) => {
    const next = wordAt(text, caret);
    setWord(next);
    if (next?.kind === "emoji" && !isAsked.current) {
      isAsked.current = true;
      emojiNames().then(setTables);
    }
    const closed = closedAt(text, caret, tables[2]);
    if (closed) onChoose(closed.from, closed.emoji);
  };
  /** @param {KeyboardEvent} event @returns {boolean} whether it was a key of the list */
  const onKey = (event) => {
    if (!word || !choices.length) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) setWord({ ...word, at: (word.at + step + choices.length) % choices.length });
    else if (event.key === "Enter" || event.key === "Tab") choose(choices[word.at] ?? choices[0]);
    else if (event.key === "Escape") {
      event.stopPropagation();
      close();
      return true;
    } else return false;
    event.preventDefault();
    return true;
  };
  return { choices, at: word?.at, look, onKey, choose, close };
}

/**
 * What may complete the word; the one at `at` is marked.
 *
 * @param {{rows: Choice[], at: number | undefined, onChoose: (choice: Choice) => void}} props
 */
export function Choices({ rows, at, onChoose }) {
  if (!rows.length) return null;
  return html`
    <ul
      class="choices"
      role="listbox"
      id="choices"
      aria-label=${t(rows[0].person ? "composer.mention" : "composer.complete")}
    >
      ${rows.map(
        (choice, i) => html`
          <li
            key=${choice.key}
            id=${`choice-${i}`}
            role="option"
            aria-selected=${i === at}
            onMouseDown=${(/** @type {Event} */ event) => {
              event.preventDefault();
              onChoose(choice);
            }}
          >
            ${signOf(choice)}
            <span>
              <${Name}>${choice.isChannel ? choice.name.slice(1) : choice.name}<//>
              ${
                choice.person?.name_reading &&
                html` <span class="reading"><${Name}>${choice.person.name_reading}<//></span>`
              }
            </span>
            ${choice.person?.language && html`<span class="hint">${languageName(choice.person.language)}</span>`}
            ${choice.person && !choice.id && html`<span class="hint">${t("composer.everybody")}</span>`}
          </li>`,
      )}
    </ul>`;
}

/** @param {Choice} choice */
function signOf({ person, emoji, id, name }) {
  if (emoji) return html`<span class="choice-emoji" aria-hidden="true">${emoji}</span>`;
  if (!person) return html`<${Icon} name="hash" />`;
  return id
    ? html`<${Avatar} name=${name} url=${person.avatar_url} seed=${`user${id}`} size="small" />`
    : html`
      <span class="avatar small">
        <${Icon} name="people" />
      </span>`;
}
