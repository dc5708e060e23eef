/** One's uploads. */
import { html } from "../../core.js";
import { moment, size, t } from "../../i18n.js";
import { pathOf } from "../../paths.js";
import { stripBidi } from "../../text.js";
import { useRows, Waiting } from "../parts/lists.js";

/** @import { FileResource as StoredFile } from "../../../../schema" */
/** @import { Rows } from "../../../../types" */

export function Files() {
  /** @type {Rows<StoredFile>} */
  const { rows, isMissing } = useRows("/me/files");
  if (isMissing) return html`<p class="hint">${t("notYet")}</p>`;
  if (rows === null) return html`<${Waiting} />`;
  if (!rows.length) return html`<p class="hint">${t("files.none")}</p>`;
  return html`
    <ul class="rows">
      ${rows.map(
        (row) => html`
          <li key=${row.id}>
            <span class="person">
              <a href=${pathOf(row.download_url)} download=${row.client_name}>
                ${stripBidi(row.client_name)}
              </a>
              <span class="hint">
                ${size(row.size)} · ${moment(row.created_at)}
              </span>
            </span>
          </li>`,
      )}
    </ul>`;
}
