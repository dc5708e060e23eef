/** The side: workspaces, channels, direct conversations, and one's own menu. */
import * as api from "../api.js";
import { classes, html } from "../core.js";
import { LANGUAGES, spoken, t } from "../i18n.js";
import { directPage } from "../paths.js";
import { go } from "../router.js";
import { changeMe, signOut } from "../session.js";
import { app } from "../state.js";
import { setTheme } from "../theme.js";
import { toast, withToast } from "../toasts.js";
import { loadMembers, unreadIn } from "../workspaces.js";
import { Icon, IconButton, Logo } from "./parts/icons.js";
import { Menu, MenuItem } from "./parts/menu.js";
import { Avatar, Name } from "./parts/people.js";
import { Unread } from "./unread.js";

/** @import { Channel, Children, On, Ref, User, Workspace } from "../../../types" */
/** @import { Theme } from "../state.js" */

/** @type {Theme[]} */
const THEMES = ["auto", "light", "dark"];

/**
 * @param {{
 *   workspace: Workspace | undefined, channels: Channel[] | undefined, current: string, canInvite: boolean,
 *   setDialog: (dialog: string) => void, side: Ref<HTMLElement>, onPlace: () => void,
 * }} props
 */
export function Sidebar({ workspace, channels, current, setDialog, canInvite, side, onPlace }) {
  const { workspaces, directs, me, presence, theme } = app.state;
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
              <${Logo} />
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
              ${
                canInvite &&
                html`
                  <${MenuItem} icon="edit" onClick=${() => setDialog("rename")}>
                    ${t("workspace.rename")}
                  <//>`
              }
              <${MenuItem} icon="out" danger onClick=${() => setDialog("leave")}>
                ${t("workspace.leave")}
              <//>`
          }
        <//>
      </div>
      <div class="side-body" tabindex="-1">
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
      <div class="side-foot">
        <${Avatar} name=${me.name} url=${me.avatar_url} seed=${`user${me.id}`} />
        <span class="person">
          <strong>
            <${Name}>${me.name}<//>
          </strong>
          <span class="hint" lang=${spoken()}>
            ${LANGUAGES[me.preferred_language] ?? ""}
          </span>
        </span>
        <${Menu} label=${t("language.read")} icon="globe">
          ${Object.entries(LANGUAGES).map(
            ([code, label]) => html`
              <${MenuItem}
                key=${code}
                checked=${code === me.preferred_language}
                lang=${code}
                onClick=${() => readIn(code, workspace)}
              >
                ${label}
              <//>`,
          )}
        <//>
        <${Menu} label=${t("me.menu")} icon="gear">
          <${MenuItem} icon="gear" onClick=${() => go("/w/settings/profile")}>
            ${t("settings.title")}
          <//>
          ${THEMES.map(
            (choice) => html`
              <${MenuItem}
                key=${choice}
                icon=${choice === "dark" ? "moon" : "sun"}
                checked=${theme === choice}
                onClick=${() => setTheme(choice)}
              >
                ${t(`theme.${choice}`)}
              <//>`,
          )}
          <hr />
          <${MenuItem} icon="out" onClick=${signOut}>
            ${t("me.signOut")}
          <//>
        <//>
      </div>
    </nav>`;
}

/**
 * Read everything in `code`: the account's language, and this workspace's own where it has one.
 *
 * @param {string} code
 * @param {Workspace | undefined} workspace
 */
async function readIn(code, workspace) {
  const { me, members } = app.state;
  const mine = workspace && members[workspace.id]?.find((row) => row.user.id === me.id);
  await withToast(async () => {
    if (workspace && mine?.preferred_language && mine.preferred_language !== code) {
      await api.put(`/workspaces/${workspace.id}/members/${mine.id}`, {
        role: mine.role,
        preferred_language: code,
      });
      await loadMembers(workspace.id);
    }
    await changeMe({ preferred_language: /** @type {User["preferred_language"]} */ (code) });
    toast(t("language.changed"));
  });
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
