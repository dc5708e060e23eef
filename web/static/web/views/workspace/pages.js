/** A long list of the API, a page at a time. */
import * as api from "../../api.js";
import { html, useEffect, useLatestOnly, useState } from "../../core.js";
import { t } from "../../i18n.js";
import { withToast } from "../../toasts.js";

/** @import { Query } from "../../../../types" */

const ROWS = 50;

/**
 * The rows of `path` that `query` selects: null until the first are here. `more` reads the next ones, `reload` those
 * that are shown.
 *
 * @template T
 * @param {string} path
 * @param {Query} [query]
 */
export function usePages(path, query = {}) {
  const [state, setState] = useState({ rows: /** @type {T[] | null} */ (null), page: 1, last: 1, total: 0 });
  const begin = useLatestOnly();
  /** @param {number} upTo */
  const read = (upTo) =>
    withToast(async () => {
      const isToBeShown = begin();
      /** @type {T[]} */
      const rows = [];
      let last = 1;
      let total = 0;
      for (let page = 1; page <= upTo; page += 1) {
        /** @type {{data: T[], meta: {last_page: number, total: number}}} */
        const answer = await api.get(path, { ...query, page, per_page: ROWS });
        rows.push(...answer.data);
        last = answer.meta.last_page;
        total = answer.meta.total;
      }
      if (isToBeShown()) setState({ rows, page: upTo, last, total });
    });
  useEffect(() => {
    read(1);
  }, [path, JSON.stringify(query)]);
  const hasMore = state.page < state.last;
  return {
    rows: state.rows,
    total: state.total,
    hasMore,
    more: () => read(state.page + 1),
    reload: () => read(state.page),
  };
}

/** @param {{pages: {hasMore: boolean, more: () => unknown}}} props */
export const More = ({ pages }) =>
  pages.hasMore &&
  html`
    <p>
      <button type="button" class="button" onClick=${pages.more}>
        ${t("more")}
      </button>
    </p>`;
