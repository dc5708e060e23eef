/** All channels of a workspace that one may know of: opened, archived, brought back, deleted. */
import * as api from "../../api.js";
import { html, useEffect, useState } from "../../core.js";
import { moment, t } from "../../i18n.js";
import { channelPath } from "../../paths.js";
import { app } from "../../state.js";
import { stripBidi } from "../../text.js";
import { withToast } from "../../toasts.js";
import { loadChannels } from "../../workspaces.js";
import { ChannelSettings } from "../dialogs/channel_settings.js";
import { Confirm } from "../dialogs/confirm.js";
import { NewChannel } from "../dialogs/new_channel.js";
import { Icon } from "../parts/icons.js";
import { Waiting } from "../parts/lists.js";
import { Menu, MenuItem } from "../parts/menu.js";
import { Name } from "../parts/people.js";
import { Section } from "./section.js";

/** @import { Channel } from "../../../../types" */
/** @import { OfWorkspace } from "./workspace_settings.js" */

/** @typedef {{kind: "settings" | "archive" | "delete", row: Channel} | {kind: "new", row?: undefined} | null} Asked */

/** @param {OfWorkspace} props */
export function Channels({ workspace }) {
  const [asked, setAsked] = useState(/** @type {Asked} */ (null));
  useEffect(() => {
    withToast(() => loadChannels(workspace.id, { withArchived: true }));
  }, [workspace.id]);
  const rows = app.state.channels[workspace.id];
  const archived = app.state.archived[workspace.id] ?? [];
  const close = () => setAsked(null);
  /** @param {Channel} row @param {(path: string) => Promise<unknown>} work */
  const change = async (row, work) => {
    await work(channelPath(workspace.id, row.id));
    await loadChannels(workspace.id, { withArchived: true });
  };
  /** @param {Channel[]} listed */
  const listOf = (listed) => html`
    <ul class="rows">
      ${listed.map(
        (row) => html`
          <li key=${row.id}>
            <${Icon} name=${row.visibility === "private" || row.has_password ? "lock" : "hash"} />
            <span class="person">
              <strong>
                <${Name}>${row.name}<//>
              </strong>
              <span class="hint">
                ${t(`channel.${row.visibility}`)}
                ${row.last_message_at ? ` · ${t("channels.last", { date: moment(row.last_message_at) })}` : ""}
              </span>
            </span>
            <${Menu} label=${t("channels.change", { name: stripBidi(row.name) })} icon="more">
              <${MenuItem} icon="edit" onClick=${() => setAsked({ kind: "settings", row })}>
                ${t("channel.settings")}
              <//>
              ${
                row.is_archived
                  ? html`
                    <${MenuItem}
                      icon="again"
                      onClick=${() => withToast(() => change(row, (path) => api.post(`${path}/unarchive`)))}
                    >
                      ${t("channel.unarchive")}
                    <//>`
                  : html`
                    <${MenuItem} icon="box" onClick=${() => setAsked({ kind: "archive", row })}>
                      ${t("channel.archive")}
                    <//>`
              }
              ${
                workspace.role === "owner" &&
                html`
                  <${MenuItem} icon="trash" danger onClick=${() => setAsked({ kind: "delete", row })}>
                    ${t("channels.delete")}
                  <//>`
              }
            <//>
          </li>`,
      )}
    </ul>`;
  return html`
    <${Section} title=${t("channels.all")} lead=${t("channels.lead")}>
      <p>
        <button type="button" class="button" onClick=${() => setAsked({ kind: "new" })}>
          <${Icon} name="plus" /> ${t("channel.new")}
        </button>
      </p>
      ${
        rows
          ? listOf(rows)
          : html`
            <${Waiting} />`
      }
    <//>
    ${archived.length > 0 && html`<${Section} title=${t("channels.archived")}>${listOf(archived)}<//>`}
    ${asked?.kind === "new" && html`<${NewChannel} workspace=${workspace} onClose=${close} />`}
    ${
      asked?.kind === "settings" &&
      html`
        <${ChannelSettings} channel=${asked.row} workspace=${workspace} onClose=${close} />`
    }
    ${
      asked?.kind === "archive" &&
      html`
        <${Confirm}
          title=${t("channel.archive")}
          button=${t("channel.archive")}
          work=${() => change(asked.row, (path) => api.remove(path))}
          onClose=${close}
        >
          ${t("channel.archiveSure", { name: stripBidi(asked.row.name) })}
        <//>`
    }
    ${
      asked?.kind === "delete" &&
      html`
        <${Confirm}
          title=${t("channels.delete")}
          button=${t("channels.delete")}
          work=${() => change(asked.row, (path) => api.remove(`${path}?purge=true`))}
          onClose=${close}
        >
          ${t("channels.deleteSure", { name: stripBidi(asked.row.name) })}
        <//>`
    }`;
}
