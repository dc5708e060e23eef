/** Search in a workspace: messages with filters, files, people and channels. */
import * as api from "../../api.js";
import { classes, html, useEffect, useRef, useState, withValue } from "../../core.js";
import { t } from "../../i18n.js";
import { scoreOf } from "../../matching.js";
import { placePage } from "../../places.js";
import { wordsIn } from "../../search_text.js";
import { app } from "../../state.js";
import { stripBidi } from "../../text.js";
import { withToast } from "../../toasts.js";
import { Icon } from "../parts/icons.js";
import { Empty } from "../parts/lists.js";
import { Avatar, Name } from "../parts/people.js";
import { FileRows } from "./files.js";
import { Found } from "./found.js";
import { Panel } from "./panel.js";
import { Chips, SearchFilters } from "./search_filters.js";

/** @import { FoundMessageListAnswer } from "../../../../schema" */
/** @import { Children, Closing, FoundMessage, On, Person, VNode } from "../../../../types" */
/** @import { JumpTo } from "./found.js" */

const TABS = ["messages", "files", "people", "channels"];
const SORTS = ["date", "relevance"];
const MOST_NAMES = 100;
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** From the box past the filters to the first result. @param {On<HTMLElement, KeyboardEvent>} event */
const enterResults = (event) => {
  if (event.key !== "ArrowDown" || event.isComposing) return;
  /** @type {HTMLElement | null | undefined} */
  const first = event.currentTarget.closest(".panel")?.querySelector(".panel-body .found");
  if (!first) return;
  event.preventDefault();
  first.focus();
};

/**
 * `first`: what is searched for to begin with.
 *
 * @typedef {Closing & {
 *   workspaceId: string, first?: string, nameOf: (row: {conversation_id: string}) => string | undefined,
 *   onJump: JumpTo, onPerson: (person: Person) => void,
 * }} SearchProps
 */

/** @param {SearchProps} props */
export function Search({ workspaceId, first = "", nameOf, onJump, onPerson, onClose }) {
  const [query, setQuery] = useState(first);
  const [tab, setTab] = useState("messages");
  const words = wordsIn(query);
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
          onKeyDown=${enterResults}
        />
      </div>
      <div class="tabs" role="group" aria-label=${t("search.what")}>
        ${TABS.map(
          (name) => html`
            <button
              key=${name}
              type="button"
              class=${classes("tab", name === tab && "on")}
              aria-pressed=${name === tab}
              onClick=${() => setTab(name)}
            >
              ${t(`search.tab.${name}`)}
            </button>`,
        )}
      </div>
      ${
        tab === "messages" &&
        html`
          <${FoundMessages}
            query=${query}
            setQuery=${setQuery}
            workspaceId=${workspaceId}
            nameOf=${nameOf}
            onJump=${onJump}
          />`
      }
      ${
        tab === "files" &&
        html`
          <${FileRows} path=${`/workspaces/${workspaceId}`} words=${words} nameOf=${nameOf} onJump=${onJump} />`
      }
      ${tab === "people" && html`<${People} workspaceId=${workspaceId} words=${words} onPerson=${onPerson} />`}
      ${tab === "channels" && html`<${Channels} workspaceId=${workspaceId} words=${words} />`}
    <//>`;
}

/**
 * @param {Pick<SearchProps, "workspaceId" | "nameOf" | "onJump"> & {
 *   query: string, setQuery: (query: string) => void,
 * }} props
 */
function FoundMessages({ query, setQuery, workspaceId, nameOf, onJump }) {
  const [rows, setRows] = useState(/** @type {FoundMessage[] | null} */ (null));
  const [more, setMore] = useState(/** @type {string | null} */ (null));
  const [ignored, setIgnored] = useState(/** @type {string[]} */ ([]));
  const [sort, setSort] = useState(SORTS[0]);
  const asked = `${sort} ${query.trim()}`;
  const newest = useRef(asked);
  newest.current = asked;
  /** @param {string} [before] */
  const ask = async (before) => {
    /** @type {FoundMessageListAnswer | undefined} */
    const answer = await withToast(() =>
      api.get(`/workspaces/${workspaceId}/search`, { q: query.trim(), before, sort, time_zone: zone }),
    );
    // Answers may overtake each other: one of other words is no longer wanted.
    if (!answer || newest.current !== asked) return;
    setRows((old) => (before ? [...(old ?? []), ...answer.data] : answer.data));
    setMore(answer.meta?.next_before ?? null);
    setIgnored(answer.meta?.ignored ?? []);
  };
  useEffect(() => {
    if (!query.trim()) return setRows(null);
    const timer = setTimeout(() => ask(undefined), 250);
    return () => clearTimeout(timer);
  }, [asked]);
  return html`
    <${Chips} query=${query} setQuery=${setQuery} />
    <${SearchFilters} query=${query} setQuery=${setQuery} workspaceId=${workspaceId} />
    <label class="search-sort">
      <span>${t("search.sort")}</span>
      <select value=${sort} onChange=${withValue(setSort)}>
        ${SORTS.map((choice) => html`<option key=${choice} value=${choice}>${t(`search.sort.${choice}`)}</option>`)}
      </select>
    </label>
    <div class="panel-body" tabindex="0" role="region" aria-label=${t("search.results")}>
      ${
        rows &&
        ignored.length > 0 &&
        html`
          <p class="hint" role="status">${t("search.ignored", { parts: stripBidi(ignored.join(" ")) })}</p>`
      }
      ${
        rows &&
        (rows.length
          ? html`
            <ul class="founds">
              ${rows.map(
                (row) => html`
                  <${Found} key=${row.id} row=${row} where=${nameOf(row)} query=${wordsIn(query)} onJump=${onJump} />`,
              )}
            </ul>`
          : !more && html`<${Nothing} />`)
      }
      ${
        more &&
        html`
          <button type="button" class="button" onClick=${() => ask(more)}>
            ${t("more")}
          </button>`
      }
    </div>`;
}

const Nothing = () => html`
  <${Empty} icon="search" title=${t("search.none")}>
    ${t("search.noneHint")}
  <//>`;

/**
 * The best of `rows` for what is typed, as lines of a list.
 *
 * @template T
 * @param {T[]} rows
 * @param {string} words
 * @param {(row: T) => string} name
 * @param {(row: T) => VNode} show
 */
function best(rows, words, name, show) {
  const scored = rows
    .map((row) => ({ row, score: scoreOf(words, name(row)) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, MOST_NAMES);
  return html`
    <div class="panel-body" tabindex="0" role="region" aria-label=${t("search.results")}>
      ${scored.length ? html`<ul>${scored.map(({ row }) => show(row))}</ul>` : html`<${Nothing} />`}
    </div>`;
}

/** @param {{workspaceId: string, words: string, onPerson: (person: Person) => void}} props @returns {Children} */
const People = ({ workspaceId, words, onPerson }) =>
  best(
    (app.state.members[workspaceId] ?? []).filter((row) => row.user.id !== app.state.me.id),
    words,
    (row) => row.user.name,
    ({ user }) => html`
      <li key=${user.id}>
        <button type="button" class="found person-row" onClick=${() => onPerson(user)}>
          <${Avatar} name=${user.name} url=${user.avatar_url} seed=${`user${user.id}`} size="small" />
          <${Name}>${user.name}<//>
        </button>
      </li>`,
  );

/** @param {{workspaceId: string, words: string}} props @returns {Children} */
const Channels = ({ workspaceId, words }) =>
  best(
    app.state.channels[workspaceId] ?? [],
    words,
    (row) => `${row.name} ${row.topic}`,
    (row) => html`
      <li key=${row.id}>
        <a class="found channel-row" href=${placePage(row, undefined)} data-go>
          <${Icon} name=${row.visibility === "private" || row.has_password ? "lock" : "hash"} />
          <span class="person">
            <strong><${Name}>${row.name}<//></strong>
            <span class="hint" dir="auto">${stripBidi(row.topic)}</span>
          </span>
        </a>
      </li>`,
  );
