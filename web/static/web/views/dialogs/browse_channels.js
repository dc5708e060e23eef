/** Every public channel of a workspace: to look into, join and leave. */
import * as api from "../../api.js";
import { loadArrangement } from "../../arrangement.js";
import { html, useEffect, useLatestOnly, useState, withValue } from "../../core.js";
import { t } from "../../i18n.js";
import { channelPath } from "../../paths.js";
import { go } from "../../router.js";
import { stripBidi } from "../../text.js";
import { withToast } from "../../toasts.js";
import { loadChannels } from "../../workspaces.js";
import { Dialog } from "../parts/dialog.js";
import { Icon } from "../parts/icons.js";
import { Empty, Waiting } from "../parts/lists.js";
import { Name } from "../parts/people.js";

/** @import { BrowsedChannelListAnswer } from "../../../../schema" */
/** @import { BrowsedChannel, Closing, Workspace } from "../../../../types" */

const PAGE = 50;

/** @param {Closing & {workspace: Workspace, onDialog: (name: string) => void}} props */
export function BrowseChannels({ workspace, onDialog, onClose }) {
  const [query, setQuery] = useState("");
  const [rows, setRows] = useState(/** @type {BrowsedChannel[] | null} */ (null));
  const [pages, setPages] = useState({ current: 0, last: 0 });
  const begin = useLatestOnly();
  /** @param {number} page */
  const load = (page) => {
    const isToBeShown = begin();
    return withToast(async () => {
      /** @type {BrowsedChannelListAnswer} */
      const answer = await api.get(`/workspaces/${workspace.id}/channels/browse`, { q: query, page, per_page: PAGE });
      if (!isToBeShown()) return;
      setRows((before) => [...(page > 1 ? (before ?? []) : []), ...answer.data]);
      setPages({ current: page, last: answer.meta?.last_page ?? 1 });
    });
  };
  useEffect(() => {
    const timer = setTimeout(() => load(1), query ? 250 : 0);
    return () => clearTimeout(timer);
  }, [query]);
  /** @param {BrowsedChannel} row */
  const open = (row) => {
    onClose();
    go(`/w/${workspace.id}/c/${row.id}`);
  };
  /** @param {BrowsedChannel} row @param {"join" | "leave"} what */
  const change = (row, what) =>
    withToast(async () => {
      const path = channelPath(workspace.id, row.id);
      await (what === "join" ? api.post(`${path}/join`) : api.post(`${path}/leave`));
      await Promise.all([loadArrangement(), loadChannels(workspace.id), load(1)]);
    });
  return html`
    <${Dialog} title=${t("browse.title")} wide onClose=${onClose}>
      <div class="switcher-box">
        <${Icon} name="search" />
        <input
          type="search"
          autofocus
          maxlength="100"
          aria-label=${t("browse.search")}
          placeholder=${t("browse.search")}
          value=${query}
          onInput=${withValue(setQuery)}
        />
      </div>
      ${!rows && html`<${Waiting} />`}
      ${
        rows?.length === 0 &&
        html`
          <${Empty} icon="hash" title=${t("search.none")}>
            <button type="button" class="button" onClick=${() => onDialog("channel")}>
              <${Icon} name="plus" /> ${t("channel.new")}
            </button>
          <//>`
      }
      <ul class="browsed">
        ${(rows ?? []).map(
          (row) => html`
            <li key=${row.id}>
              <${Row} row=${row} onOpen=${() => open(row)} onChange=${change} />
            </li>`,
        )}
      </ul>
      ${
        pages.current < pages.last &&
        html`
          <button type="button" class="button" onClick=${() => load(pages.current + 1)}>
            ${t("more")}
          </button>`
      }
    <//>`;
}

/**
 * @param {{
 *   row: BrowsedChannel, onOpen: () => void, onChange: (row: BrowsedChannel, what: "join" | "leave") => void,
 * }} props
 */
function Row({ row, onOpen, onChange }) {
  const needsPassword = row.has_password && !row.is_member;
  const isOut = row.is_hidden || needsPassword;
  const name = stripBidi(row.name);
  return html`
    <button type="button" class="found" onClick=${onOpen}>
      <span class="browsed-name">
        <${Icon} name=${row.has_password ? "lock" : "hash"} />
        <strong><${Name}>${row.name}<//></strong>
        <span class="hint">${t("members.count", { count: row.member_count })}</span>
      </span>
      <span class="found-text" dir="auto">${row.topic || row.description}</span>
    </button>
    <button
      type="button"
      class="button small"
      aria-label=${t(isOut ? "browse.joinThis" : "browse.leaveThis", { name })}
      onClick=${() => (needsPassword ? onOpen() : onChange(row, isOut ? "join" : "leave"))}
    >
      ${t(isOut ? "browse.join" : "browse.leave")}
    </button>`;
}
