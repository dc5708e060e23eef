/** The places of the sidebar under their headings, which fold. */
import * as api from "../api.js";
import { groupsOf, loadArrangement, orderIn, placementOf, sectionsIn } from "../arrangement.js";
import { classes, html, localStore, useState } from "../core.js";
import { t } from "../i18n.js";
import { placePage } from "../places.js";
import { app } from "../state.js";
import { stripBidi } from "../text.js";
import { withToast } from "../toasts.js";
import { Icon, IconButton } from "./parts/icons.js";
import { Menu, MenuItem } from "./parts/menu.js";
import { Avatar, Name } from "./parts/people.js";
import { Unread } from "./unread.js";

/** @import { Listed, SidebarGroup, Workspace } from "../../../types" */

/** @typedef {{workspace: Workspace | undefined, current: string, setDialog: (dialog: string) => void}} Around */

/** @type {("created" | "name" | "activity")[]} */
const ORDERS = ["created", "name", "activity"];

/** @param {Around} props */
export const SidebarGroups = ({ workspace, current, setDialog }) =>
  groupsOf(workspace, current)
    .filter(({ rows, section, key }) => rows.length > 0 || section || (workspace && key !== "favourites"))
    .map(
      (group) => html`
        <${Group} key=${group.key} group=${group} workspace=${workspace} current=${current} setDialog=${setDialog} />`,
    );

/** @param {Around & {group: SidebarGroup}} props */
function Group({ group, workspace, current, setDialog }) {
  const name = `folded.${app.state.me.id}.${group.key}`;
  const [isFolded, setFolded] = useState(() => localStore.get(name) === true);
  const toggle = () => {
    localStore.set(name, isFolded ? null : true);
    setFolded(!isFolded);
  };
  const id = `group-${group.key}`;
  const rows = group.rows.filter((row) => !isFolded || row.id === current || isCalling(row));
  return html`
    <section aria-labelledby=${id}>
      <div class="side-title">
        <h2 id=${id}>
          <button type="button" class="fold" aria-expanded=${!isFolded} onClick=${toggle}>
            <${Icon} name=${isFolded ? "forth" : "down"} />
            <span>
              ${group.section ? html`<${Name}>${group.section.name}<//>` : t(`${group.key}.title`)}
            </span>
          </button>
        </h2>
        ${group.section && html`<${SectionMenu} workspace=${workspace} group=${group} />`}
        ${
          group.key === "channels" &&
          html`
            <${ChannelsMenu} workspace=${workspace} setDialog=${setDialog} />
            <${IconButton} name="plus" label=${t("channel.new")} onClick=${() => setDialog("channel")} />`
        }
        ${
          group.key === "directs" &&
          html`
            <${IconButton} name="plus" label=${t("direct.new")} onClick=${() => setDialog("direct")} />`
        }
      </div>
      <ul>
        ${rows.map(
          (row) => html`
            <li key=${row.id}>
              <${PlaceLink} row=${row} workspace=${workspace} current=${current} />
            </li>`,
        )}
      </ul>
      ${
        group.key === "channels" &&
        !isFolded &&
        html`
          <button type="button" class="place browse" onClick=${() => setDialog("browse")}>
            <${Icon} name="search" />
            <span class="place-name">${t("browse.title")}</span>
          </button>`
      }
    </section>`;
}

/** @param {Listed} row */
const isCalling = (row) => row.unread_count > 0 && !placementOf(row.id).is_muted;

/**
 * How channels are sorted, one's own sections, and every channel that there is.
 *
 * @param {{workspace: Workspace, setDialog: (dialog: string) => void}} props
 */
function ChannelsMenu({ workspace, setDialog }) {
  const chosen = orderIn(workspace.id);
  /** @param {string} order */
  const sortBy = (order) =>
    withToast(async () => {
      await api.put(`/workspaces/${workspace.id}/sidebar`, { channel_order: order });
      await loadArrangement();
    });
  return html`
    <${Menu} label=${t("sidebar.menu")} icon="more">
      <${MenuItem} icon="hash" onClick=${() => setDialog("browse")}>
        ${t("browse.title")}
      <//>
      <${MenuItem} icon="plus" onClick=${() => setDialog("section")}>
        ${t("section.new")}
      <//>
      <div class="menu-label" id="channel-order">${t("sidebar.order")}</div>
      <div role="group" aria-labelledby="channel-order">
        ${ORDERS.map(
          (order) => html`
            <${MenuItem} key=${order} checked=${order === chosen} onClick=${() => sortBy(order)}>
              ${t(`sidebar.order.${order}`)}
            <//>`,
        )}
      </div>
    <//>`;
}

/** @param {{workspace: Workspace | undefined, group: SidebarGroup}} props */
function SectionMenu({ workspace, group }) {
  const sections = sectionsIn(workspace?.id);
  const at = sections.findIndex((row) => row.id === group.key);
  const name = stripBidi(group.section?.name ?? "");
  const path = `/workspaces/${workspace?.id}/sidebar/sections/${group.key}`;
  /** @param {() => Promise<unknown>} call */
  const change = (call) => withToast(() => call().then(loadArrangement));
  return html`
    <${Menu} label=${t("section.change", { name })} icon="more">
      ${
        at > 0 &&
        html`
          <${MenuItem} icon="up" onClick=${() => change(() => api.patch(path, { position: at - 1 }))}>
            ${t("section.up")}
          <//>`
      }
      ${
        at < sections.length - 1 &&
        html`
          <${MenuItem} icon="down" onClick=${() => change(() => api.patch(path, { position: at + 1 }))}>
            ${t("section.down")}
          <//>`
      }
      <${MenuItem} icon="trash" danger onClick=${() => change(() => api.remove(path))}>
        ${t("section.delete")}
      <//>
    <//>`;
}

/** @param {{row: Listed, workspace: Workspace | undefined, current: string}} props */
export function PlaceLink({ row, workspace, current }) {
  const { is_muted: isMuted } = placementOf(row.id);
  const { presence } = app.state;
  const isUnread = row.unread_count > 0 && !isMuted && !row.is_archived;
  const person = row.participant;
  return html`
    <a
      class=${classes("place", row.id === current && "current", isUnread && "unread", isMuted && "muted")}
      href=${placePage(row, workspace)}
      data-go
      aria-current=${row.id === current ? "page" : undefined}
    >
      ${
        person
          ? html`
            <span class=${`presence ${presence[person.id] ?? ""}`}>
              <${Avatar} name=${person.name} url=${person.avatar_url} seed=${`user${person.id}`} size="tiny" />
            </span>`
          : html`
            <${Icon} name=${row.visibility === "private" || row.has_password ? "lock" : "hash"} />`
      }
      <span class="place-name">
        <${Name}>${person?.name ?? row.name}<//>
      </span>
      ${
        isMuted &&
        html`
          <span class="sr">${t("place.muted")}</span>
          <${Icon} name="muted" />`
      }
      <${Unread} count=${isUnread ? row.unread_count : 0} />
    </a>`;
}
