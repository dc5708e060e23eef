/** A list of messages of any conversations, a page at a time. */
import * as api from "../../api.js";
import { html, useEffect, useRef, useState } from "../../core.js";
import { t } from "../../i18n.js";
import { app } from "../../state.js";
import { withToast } from "../../toasts.js";
import { Waiting } from "../parts/lists.js";
import { Panel } from "./panel.js";

/** @import { ListedMessageListAnswer } from "../../../../schema" */
/** @import { Children, Closing, Message } from "../../../../types" */

/**
 * The rows of the list at the API's `path`, until they are there null.
 *
 * @param {string} path
 */
export function useListed(path) {
  const [rows, setRows] = useState(/** @type {Message[] | null} */ (null));
  const [more, setMore] = useState(/** @type {string | null} */ (null));
  const newest = useRef(0);
  /** @param {string} [before] */
  const load = async (before) => {
    newest.current += 1;
    const reading = newest.current;
    /** @type {ListedMessageListAnswer | undefined} */
    const answer = await withToast(() => api.get(path, { before }));
    if (!answer || newest.current !== reading) return;
    setRows((old) => (before ? [...(old ?? []), ...answer.data] : answer.data));
    setMore(answer.meta?.next_before ?? null);
  };
  useEffect(() => {
    load();
  }, [path, app.state.language]);
  return { rows, setRows, more: more === null ? null : () => load(more) };
}

/**
 * @param {Closing & {
 *   title: string, list: ReturnType<typeof useListed>, row: (row: Message) => Children, empty: Children,
 * }} props
 */
export function ListedPanel({ title, list: { rows, more }, row, empty, onClose }) {
  return html`
    <${Panel} title=${title} onClose=${onClose}>
      <div class="panel-body" tabindex="0" role="region" aria-label=${title}>
        ${
          rows === null
            ? html`
              <${Waiting} />`
            : rows.length
              ? html`<ul class="founds">${rows.map(row)}</ul>`
              : empty
        }
        ${
          more &&
          html`
            <button type="button" class="button" onClick=${more}>
              ${t("more")}
            </button>`
        }
      </div>
    <//>`;
}
