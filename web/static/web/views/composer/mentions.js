/** Whom a mention may name. */
import { html } from "../../core.js";
import { languageName, t } from "../../i18n.js";
import { Icon } from "../parts/icons.js";
import { Avatar, Name } from "../parts/people.js";

/** @import { Person, Room } from "../../../../types" */

/** Whom a mention may name; the channel has no id. @typedef {Partial<Person> & {name: string}} Choice */

/** The word after an @ at the caret, or null. @param {string} text @param {number} caret */
export function mentionAt(text, caret) {
  const match = /(?:^|[\s(（、。，])@([^\s@]{0,40})$/u.exec(text.slice(0, caret));
  return match ? { from: caret - match[1].length - 1, query: match[1].toLocaleLowerCase(), at: 0 } : null;
}

/**
 * Whether `text`, in lower case, is in somebody's name or in how it is read.
 *
 * @param {Choice} person
 * @param {string} text
 */
export const isNamed = ({ name, name_reading: reading = "" }, text) =>
  [name, reading].some((known) => known.toLocaleLowerCase().includes(text));

/** @param {Room} room @param {string} query @returns {Choice[]} */
export function people(room, query) {
  if (!room.people) return [];
  const all = [
    ...room.people.filter((person) => person.id !== room.me?.id),
    ...(room.hasChannel ? [{ name: "channel" }] : []),
  ];
  return all.filter((person) => isNamed(person, query)).slice(0, 8);
}

/**
 * Whom the mention that is being written may name; the one at `at` is marked.
 *
 * @param {{rows: Choice[], at: number | undefined, onChoose: (person: Choice) => void}} props
 */
export function Choices({ rows, at, onChoose }) {
  if (!rows.length) return null;
  return html`
    <ul class="choices" role="listbox" id="choices" aria-label=${t("composer.mention")}>
      ${rows.map(
        (person, i) => html`
          <li
            key=${person.id ?? "channel"}
            id=${`choice-${i}`}
            role="option"
            aria-selected=${i === at}
            onMouseDown=${(/** @type {Event} */ event) => {
              event.preventDefault();
              onChoose(person);
            }}
          >
            ${
              person.id
                ? html`
                  <${Avatar}
                    name=${person.name}
                    url=${person.avatar_url}
                    seed=${`user${person.id}`}
                    size="small"
                  />`
                : html`
                  <span class="avatar small">
                    <${Icon} name="people" />
                  </span>`
            }
            <span>
              <${Name}>${person.name}<//>
              ${person.name_reading && html` <span class="reading"><${Name}>${person.name_reading}<//></span>`}
            </span>
            ${person.language && html`<span class="hint">${languageName(person.language)}</span>`}
            ${!person.id && html`<span class="hint">${t("composer.everybody")}</span>`}
          </li>`,
      )}
    </ul>`;
}
