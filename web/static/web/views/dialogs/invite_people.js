/** The invites of a workspace. */
import * as api from "../../api.js";
import { html, useEffect, useState } from "../../core.js";
import { moment, t } from "../../i18n.js";
import { settingsPage } from "../../paths.js";
import { copy, withToast } from "../../toasts.js";
import { Dialog } from "../parts/dialog.js";
import { Icon, IconButton } from "../parts/icons.js";
import { selectAll } from "./fields.js";

/** @import { Closing, Invite, Workspace } from "../../../../types" */

/** @param {Closing & {workspace: Workspace}} props */
export function InvitePeople({ workspace, onClose }) {
  const path = `/workspaces/${workspace.id}/invites`;
  const [rows, setRows] = useState(/** @type {Invite[] | null} */ (null));
  const load = async () => setRows(await api.all(path));
  useEffect(() => {
    withToast(load);
  }, []);
  const make = () =>
    withToast(async () => {
      await api.post(path, {});
      await load();
    });
  return html`
    <${Dialog} title=${t("invite.make")} onClose=${onClose}>
      <p>${t("invite.lead")}</p>
      <ul class="links">
        ${(rows ?? []).map(
          (row) => html`
            <li key=${row.id}>
              <input
                readonly
                aria-label=${t("invite.link")}
                value=${row.url}
                onFocus=${selectAll}
              />
              <${IconButton} name="copy" label=${t("copy")} onClick=${() => copy(row.url)} />
              <${IconButton}
                name="trash"
                label=${t("invite.revoke")}
                onClick=${() =>
                  withToast(async () => {
                    await api.remove(`${path}/${row.id}`);
                    await load();
                  })}
              />
              <span class="hint">
                ${t("invite.used", { count: row.accepted_count })} ·${" "}
                ${t("until", { date: moment(row.expires_at) })}
              </span>
            </li>`,
        )}
      </ul>
      <div class="form-end">
        <button type="button" class="button primary" onClick=${make}>
          <${Icon} name="plus" /> ${t("invite.new")}
        </button>
        <a class="button" href=${settingsPage(workspace.id, "people")} data-go onClick=${onClose}>
          ${t("invites.more")}
        </a>
      </div>
    <//>`;
}
