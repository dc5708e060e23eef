/** Search in a workspace. */
import * as api from "../../api.js";
import { html, useEffect, useRef, useState, withValue } from "../../core.js";
import { t } from "../../i18n.js";
import { withToast } from "../../toasts.js";
import { Icon } from "../parts/icons.js";
import { Empty } from "../parts/lists.js";
import { Found } from "./found.js";
import { Panel } from "./panel.js";

/** @import { FoundMessageListAnswer } from "../../../../schema" */
/** @import { Closing, FoundMessage } from "../../../../types" */
/** @import { Jump } from "./found.js" */

/**
 * `first`: what is searched for to begin with.
 *
 * @param {Closing & {
 *   workspaceId: string, first?: string, nameOf: (row: FoundMessage) => string | undefined, onJump: Jump,
 * }} props
 */
export function Search({ workspaceId, first = "", nameOf, onJump, onClose }) {
  const [query, setQuery] = useState(first);
  const [rows, setRows] = useState(/** @type {FoundMessage[] | null} */ (null));
  const [more, setMore] = useState(/** @type {string | null} */ (null));
  const newest = useRef(query);
  newest.current = query;
  /** @param {string} [before] */
  const ask = async (before) => {
    /** @type {FoundMessageListAnswer | undefined} */
    const answer = await withToast(() => api.get(`/workspaces/${workspaceId}/search`, { q: query.trim(), before }));
    // Answers may overtake each other: one of other words is no longer wanted.
    if (!answer || newest.current !== query) return;
    setRows((old) => (before ? [...(old ?? []), ...answer.data] : answer.data));
    setMore(answer.meta?.next_before ?? null);
  };
  useEffect(() => {
    if (!query.trim()) return setRows(null);
    const timer = setTimeout(() => ask(undefined), 250);
    return () => clearTimeout(timer);
  }, [query]);
  return html`
    <${Panel} title=${t("search.title")} onClose=${onClose}>
      <div class="search-box">
        <${Icon} name="search" />
        <input
          data-first
          type="search"
          maxlength="200"
          aria-label=${t("search.title")}
          placeholder=${t("search.hint")}
          value=${query}
          onInput=${withValue(setQuery)}
        />
      </div>
      <div class="panel-body" tabindex="0" role="region" aria-label=${t("search.results")} aria-live="polite">
        ${
          rows &&
          (rows.length
            ? html`
              <ul class="founds">
                ${rows.map(
                  (row) => html`
                    <${Found} key=${row.id} row=${row} where=${nameOf(row)} query=${query} onJump=${onJump} />`,
                )}
              </ul>`
            : html`
              <${Empty} icon="search" title=${t("search.none")}>
                ${t("search.noneHint")}
              <//>`)
        }
        ${
          more &&
          html`
            <button type="button" class="button" onClick=${() => ask(more)}>
              ${t("more")}
            </button>`
        }
      </div>
    <//>`;
}
