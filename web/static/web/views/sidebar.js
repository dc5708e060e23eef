/** The side: workspaces, channels, direct conversations, and one's own bar. */
import { html } from "../core.js";
import { t } from "../i18n.js";
import { settingsPage } from "../paths.js";
import { go } from "../router.js";
import { app } from "../state.js";
import { unreadIn } from "../workspaces.js";
import { DraftsLink } from "./panels/drafts.js";
import { AccountBar } from "./account_bar.js";
import { Inboxes } from "./inboxes.js";
import { Icon, Logo } from "./parts/icons.js";
import { Menu, MenuItem } from "./parts/menu.js";
import { Avatar, Name } from "./parts/people.js";
import { MOD } from "./shortcuts.js";
import { PlaceLink, SidebarGroups } from "./sidebar_groups.js";
import { Unread } from "./unread.js";

/** @import { On, Ref, Workspace } from "../../../types" */

/**
 * @param {{
 *   workspace: Workspace | undefined, current: string, canInvite: boolean,
 *   setDialog: (dialog: string) => void, side: Ref<HTMLElement>, onPlace: () => void,
 *   onDrafts: () => void, onInbox: (kind: string) => void,
 * }} props
 */
export function Sidebar({ workspace, current, setDialog, canInvite, side, onPlace, onDrafts, onInbox }) {
  const { workspaces } = app.state;
  const archived = (workspace && app.state.archived[workspace.id]) ?? [];
  const elsewhere = workspaces.reduce((sum, row) => sum + (row.id === workspace?.id ? 0 : unreadIn(row.id)), 0);
  /** @param {On<HTMLElement>} event */
  const onClick = (event) => event.target.closest(".place") && onPlace();
  return html`
    <nav
      class="side"
      ref=${side}
      tabindex="-1"
      aria-label=${t("nav.label")}
      onClick=${onClick}
    >
      <div class="side-head">
        <${Menu}
          class="grow"
          align="start"
          label=${t("workspace.switch")}
          button=${html`<span class="workspace-name">
              ${
                workspace?.icon_url
                  ? html`<${Avatar} key=${workspace.icon_url} url=${workspace.icon_url} seed="" size="small" />`
                  : html`<${Logo} />`
              }
              <span class="workspace-title">
                <${Name}>${workspace?.name ?? "Rosetta"}<//>
              </span>
              <${Unread} count=${elsewhere} label=${t("unread.elsewhere", { count: elsewhere })} />
              <${Icon} name="down" />
            </span>`}
        >
          ${workspaces.map(
            (row) => html`
              <${MenuItem} key=${row.id} checked=${row.id === workspace?.id} onClick=${() => go(`/w/${row.id}`)}>
                <${Name}>${row.name}<//> <${Unread} count=${unreadIn(row.id)} />
              <//>`,
          )}
          <hr />
          ${
            canInvite &&
            html`
              <${MenuItem} icon="link" onClick=${() => setDialog("invite")}>
                ${t("invite.make")}
              <//>`
          }
          <${MenuItem} icon="plus" onClick=${() => setDialog("workspace")}>
            ${t("workspace.new")}
          <//>
          <${MenuItem} icon="people" onClick=${() => setDialog("join")}>
            ${t("workspace.join")}
          <//>
          <${MenuItem} icon="clock" onClick=${() => setDialog("room")}>
            ${t("rooms.title")}
          <//>
          ${
            workspace?.kind === "team" &&
            html`
              <hr />
              <${MenuItem} icon="gear" onClick=${() => go(settingsPage(workspace.id))}>
                ${t("workspace.settings")}
              <//>
              <${MenuItem} icon="out" danger onClick=${() => setDialog("leave")}>
                ${t("workspace.leave")}
              <//>`
          }
        <//>
      </div>
      <button type="button" class="go-to" aria-keyshortcuts="Control+K Meta+K" onClick=${() => setDialog("switcher")}>
        <${Icon} name="search" />
        <span class="grow">${t("switcher.open")}</span>
        <span class="keys" aria-hidden="true"><kbd>${MOD}</kbd><kbd>K</kbd></span>
      </button>
      <div class="side-body" tabindex="-1">
        <${Inboxes} onOpen=${onInbox} />
        <${DraftsLink} onOpen=${onDrafts} />
        <${SidebarGroups} workspace=${workspace} current=${current} setDialog=${setDialog} />
        ${
          archived.length > 0 &&
          html`
            <details class="side-more">
              <summary>${t("channels.archived")}</summary>
              <ul>
                ${archived.map(
                  (row) => html`
                    <li key=${row.id}>
                      <${PlaceLink} row=${row} workspace=${workspace} current=${current} />
                    </li>`,
                )}
              </ul>
            </details>`
        }
      </div>
      <${AccountBar} workspace=${workspace} />
    </nav>`;
}
