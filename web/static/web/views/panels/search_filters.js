/** Filters of a search, as chips and as menus that add more. */
import { html } from "../../core.js";
import { t } from "../../i18n.js";
import { filtersIn, withFilter, withoutFilter } from "../../search_text.js";
import { app } from "../../state.js";
import { stripBidi } from "../../text.js";
import { Icon } from "../parts/icons.js";
import { Menu, MenuItem } from "../parts/menu.js";

/** @import { On } from "../../../../types" */

const MOST_CHOICES = 50;
const HAS = ["file", "image", "link", "reaction"];
const STATES = ["pinned", "thread"];

/** @param {{query: string, setQuery: (query: string) => void, workspaceId: string}} props */
export function SearchFilters({ query, setQuery, workspaceId }) {
  const { members, channels, me } = app.state;
  const people = (members[workspaceId] ?? []).filter((row) => row.user.id !== me.id).slice(0, MOST_CHOICES);
  const places = (channels[workspaceId] ?? []).slice(0, MOST_CHOICES);
  /** @param {string} kind @param {string} value */
  const add = (kind, value) => setQuery(withFilter(query, kind, value));
  /** @param {string} kind @param {[string, string][]} choices */
  const menu = (kind, choices) => html`
    <${Menu}
      class="filter"
      align="start"
      label=${t(`search.by.${kind}`)}
      button=${html`<span class="filter-name" aria-hidden="true">
          ${t(`search.by.${kind}`)} <${Icon} name="down" />
        </span>`}
    >
      ${choices.map(
        ([value, name]) => html`
          <${MenuItem} key=${value} onClick=${() => add(kind, value)}>${name}<//>`,
      )}
    <//>`;
  /** @param {"after" | "before"} kind */
  const day = (kind) => html`
    <label class="filter-day">
      <span>${t(`search.by.${kind}`)}</span>
      <input
        type="date"
        value=${filtersIn(query).find((filter) => filter.kind === kind)?.value ?? ""}
        onChange=${(/** @type {On<HTMLInputElement>} */ { currentTarget }) =>
          currentTarget.value && add(kind, currentTarget.value)}
      />
    </label>`;
  return html`
    <div class="filters" role="group" aria-label=${t("search.filters")}>
      ${menu("from", [
        ["me", t("search.from.me")],
        ...people.map((row) => /** @type {[string, string]} */ ([row.user.name, stripBidi(row.user.name)])),
      ])}
      ${menu(
        "in",
        places.map((row) => [row.name, `#${stripBidi(row.name)}`]),
      )}
      ${menu(
        "has",
        HAS.map((value) => [value, t(`search.has.${value}`)]),
      )}
      ${menu(
        "is",
        STATES.map((value) => [value, t(`search.is.${value}`)]),
      )}
      ${day("after")} ${day("before")}
    </div>`;
}

/**
 * The filters of a query, each with a way to take it back.
 *
 * @param {{query: string, setQuery: (query: string) => void}} props
 */
export function Chips({ query, setQuery }) {
  const filters = filtersIn(query);
  if (!filters.length) return null;
  return html`
    <ul class="chips" aria-label=${t("search.filters")}>
      ${filters.map(
        ({ text, kind, value }, i) => html`
          <li key=${`${i}${text}`}>
            <button
              type="button"
              class="chip"
              aria-label=${t("search.remove", { filter: stripBidi(text) })}
              onClick=${() => setQuery(withoutFilter(query, text))}
            >
              <span>${kind}: <bdi>${stripBidi(value)}</bdi></span>
              <${Icon} name="close" />
            </button>
          </li>`,
      )}
    </ul>`;
}
