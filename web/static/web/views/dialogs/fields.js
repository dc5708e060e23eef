/** What fields of several dialogs have in common. */
import { html } from "../../core.js";
import { t } from "../../i18n.js";

/** @import { On } from "../../../../types" */

/** @param {On<HTMLInputElement>} event */
export const selectAll = (event) => event.currentTarget.select();

/** @param {string} chosen @param {string} first the first word of the sentences' keys */
export const visibilities = (chosen, first) => html`
  ${["public", "private"].map(
    (visibility) => html`
      <option key=${visibility} value=${visibility} selected=${visibility === chosen}>
        ${t(`${first}.${visibility}`)}
      </option>`,
  )}`;
