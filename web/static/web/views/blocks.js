/** Whose direct messages this person does not take. */
import * as api from "../api.js";
import { html } from "../core.js";
import { t } from "../i18n.js";
import { stripBidi } from "../text.js";
import { toast, withToast } from "../toasts.js";
import { useRows, Waiting } from "./parts/lists.js";
import { MenuItem } from "./parts/menu.js";
import { Avatar, Name } from "./parts/people.js";

/** @import { Person, Rows } from "../../../types" */

/** Take somebody's direct messages, or no longer. @param {Person} person @param {boolean} isBlocked */
export function block(person, isBlocked) {
  return withToast(async () => {
    await (isBlocked ? api.put : api.remove)(`/me/blocks/${person.id}`);
    toast(t(isBlocked ? "block.done" : "block.undone", { name: stripBidi(person.name) }));
  });
}

/** An entry of the menu of a direct conversation with `person`. @param {{person: Person}} props */
export function Blocking({ person }) {
  /** @type {Rows<Person>} */
  const { rows } = useRows("/me/blocks");
  if (rows === null) return null;
  const isBlocked = rows.some((row) => row.id === person.id);
  return html`
    <hr />
    <${MenuItem} icon="block" danger=${!isBlocked} onClick=${() => block(person, !isBlocked)}>
      ${t(isBlocked ? "block.undo" : "block.do", { name: stripBidi(person.name) })}
    <//>`;
}

/** The page of the settings. */
export function Blocks() {
  /** @type {Rows<Person>} */
  const { rows, load } = useRows("/me/blocks");
  if (rows === null) return html`<${Waiting} />`;
  return html`
    <p class="hint">${t(rows.length ? "blocks.lead" : "blocks.none")}</p>
    <ul class="rows">
      ${rows.map(
        (row) => html`
          <li key=${row.id}>
            <${Avatar} name=${row.name} url=${row.avatar_url} seed=${`user${row.id}`} />
            <span class="person">
              <strong>
                <${Name}>${row.name}<//>
              </strong>
            </span>
            <button
              type="button"
              class="button"
              aria-label=${t("block.undo", { name: stripBidi(row.name) })}
              onClick=${() => block(row, false).then(load)}
            >
              ${t("blocks.end")}
            </button>
          </li>`,
      )}
    </ul>`;
}
