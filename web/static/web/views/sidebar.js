/** The side: workspaces, channels, direct conversations, and one's own bar. */
import { classes, html } from "../core.js";
import { t } from "../i18n.js";
import { directPage, settingsPage } from "../paths.js";
import { go } from "../router.js";
import { app } from "../state.js";
import { unreadIn } from "../workspaces.js";
import { DraftsLink } from "./panels/drafts.js";
import { AccountBar } from "./account_bar.js";
import { Icon, IconButton, Logo } from "./parts/icons.js";
import { Menu, MenuItem } from "./parts/menu.js";
import { Avatar, Name } from "./parts/people.js";
import { MOD } from "./shortcuts.js";
import { Unread } from "./unread.js";

/** @import { Channel, Children, On, Ref, Workspace } from "../../../types" */

/**
 * @param {{
 *   workspace: Workspace | undefined, channels: Channel[] | undefined, current: string, canInvite: boolean,
 *   setDialog: (dialog: string) => void, side: Ref<HTMLElement>, onPlace: () => void,
 *   onDrafts: () => void,
 * }} props
 */
export function Sidebar({ workspace, channels, current, setDialog, canInvite, side, onPlace, onDrafts }) {
  const { workspaces, directs, presence } = app.state;
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
        <${DraftsLink} onOpen=${onDrafts} />
        ${
          workspace &&
          html`
            <section aria-labelledby="channels-title">
              <div class="side-title">
                <h2 id="channels-title">${t("channels.title")}</h2>
                <${IconButton} name="plus" label=${t("channel.new")} onClick=${() => setDialog("channel")} />
              </div>
              <ul>
                ${(channels ?? []).map(
                  (row) => html`
                    <li key=${row.id}>
                      <${ChannelLink} row=${row} current=${current} unread=${row.unread_count} />
                    </li>`,
                )}
              </ul>
              ${
                archived.length > 0 &&
                html`
                  <details class="side-more">
                    <summary>${t("channels.archived")}</summary>
                    <ul>
                      ${archived.map(
                        (row) => html`
                          <li key=${row.id}>
                            <${ChannelLink} row=${row} current=${current} unread=${0} />
                          </li>`,
                      )}
                    </ul>
                  </details>`
              }
            </section>`
        }
        ${
          (workspace || directs.length > 0) &&
          html`
            <section aria-labelledby="directs-title">
              <div class="side-title">
                <h2 id="directs-title">${t("directs.title")}</h2>
                <${IconButton} name="plus" label=${t("direct.new")} onClick=${() => setDialog("direct")} />
              </div>
              <ul>
                ${directs.map(
                  (row) => html`
                    <li key=${row.id}>
                      <${PlaceLink}
                        href=${directPage(workspace, row.id)}
                        isCurrent=${row.id === current}
                        unread=${row.unread_count}
                        name=${row.participant.name}
                      >
                        <span class=${`presence ${presence[row.participant.id] ?? ""}`}>
                          <${Avatar}
                            name=${row.participant.name}
                            url=${row.participant.avatar_url}
                            seed=${`user${row.participant.id}`}
                            size="tiny"
                          />
                        </span>
                      <//>
                    </li>`,
                )}
              </ul>
            </section>`
        }
      </div>
      <${AccountBar} workspace=${workspace} />
    </nav>`;
}

/** @param {{href: string, isCurrent: boolean, unread: number, name: string, children?: Children}} props */
const PlaceLink = ({ href, isCurrent, unread, name, children }) => html`
  <a
    class=${classes("place", isCurrent && "current", unread > 0 && "unread")}
    href=${href}
    data-go
    aria-current=${isCurrent ? "page" : undefined}
  >
    ${children}
    <span class="place-name">
      <${Name}>${name}<//>
    </span>
    <${Unread} count=${unread} />
  </a>`;

/** @param {{row: Channel, current: string, unread: number}} props */
const ChannelLink = ({ row, current, unread }) => html`
  <${PlaceLink}
    href=${`/w/${row.workspace_id}/c/${row.id}`}
    isCurrent=${row.id === current}
    unread=${unread}
    name=${row.name}
  >
    <${Icon} name=${row.visibility === "private" || row.has_password ? "lock" : "hash"} />
  <//>`;
