/** A list of the API in a view: its rows, and what stands in their place. */
import { all } from "../../api.js";
import { html, useEffect, useLatestOnly, useState } from "../../core.js";
import { t } from "../../i18n.js";
import { Icon } from "./icons.js";

/** @import { Children, Rows } from "../../../../types" */
/** @import { IconName } from "./icons.js" */

/**
 * All rows of a list of the API: null until they are here. `load` asks again.
 *
 * @template T
 * @param {string} path
 * @returns {Rows<T>}
 */
export function useRows(path) {
  const [rows, setRows] = useState(/** @type {T[] | null} */ (null));
  const [isMissing, setMissing] = useState(false);
  const begin = useLatestOnly();
  const load = () => {
    const isToBeShown = begin();
    /** @type {Promise<T[]>} */
    const asked = all(path);
    return asked.then(
      (answer) => isToBeShown() && setRows(answer),
      () => setMissing(true),
    );
  };
  useEffect(() => {
    load();
  }, []);
  return { rows, load, isMissing };
}

/** Where something will be. */
export const Waiting = () => html`
  <div class="waiting" role="status">
    <span class="spinner"></span>
    <span class="sr">${t("loading")}</span>
  </div>`;

/**
 * Nothing here, and what to do about it. `whole`: it is all that the page says.
 *
 * @param {{icon: IconName, title: string, whole?: boolean, children?: Children}} props
 */
export const Empty = ({ icon, title, whole, children }) => html`
  <div class="empty">
    <${Icon} name=${icon} />
    ${whole ? html`<h1>${title}</h1>` : html`<h2>${title}</h2>`}
    <div>${children}</div>
  </div>`;
