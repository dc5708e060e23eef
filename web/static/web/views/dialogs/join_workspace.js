/** The dialog that joins a workspace: an open one, or by an invite's link. */
import * as api from "../../api.js";
import { html, useEffect, useState } from "../../core.js";
import { t } from "../../i18n.js";
import { go } from "../../router.js";
import { stripBidi } from "../../text.js";
import { withToast } from "../../toasts.js";
import { loadSidebar } from "../../workspaces.js";
import { Dialog } from "../parts/dialog.js";
import { Form } from "../parts/form.js";
import { Name } from "../parts/people.js";

/** @import { Closing, Workspace } from "../../../../types" */

/** @param {Closing} props */
export function JoinWorkspace({ onClose }) {
  const [rows, setRows] = useState(/** @type {Workspace[]} */ ([]));
  const [locked, setLocked] = useState(/** @type {Workspace | null} */ (null));
  useEffect(() => {
    withToast(async () => {
      /** @type {{data: Workspace[]}} */
      const { data } = await api.get("/workspaces", { discover: true, per_page: 50 });
      setRows(data);
    });
  }, []);
  /** @param {Workspace} row @param {string} [password] */
  const join = async (row, password) => {
    await api.post(`/workspaces/${row.id}/join`, password ? { password } : {});
    await loadSidebar();
    onClose();
    go(`/w/${row.id}`);
  };
  /** @param {Record<string, string>} values */
  const byLink = async ({ link }) => go(`/invites/${encodeURIComponent(link.trim().split("/").pop() ?? "")}`);
  return html`
    <${Dialog} title=${t("workspace.join")} onClose=${onClose}>
      <${Form}
        submit=${byLink}
        button=${t("continue")}
        fields=${[{ name: "link", label: t("invite.link"), autofocus: true, autocomplete: "off" }]}
      />
      ${
        rows.length > 0 &&
        html`
          <h3>${t("workspace.open")}</h3>
          <ul class="people">
            ${rows.map(
              (row) => html`
                <li key=${row.id}>
                  <span class="person">
                    <strong>
                      <${Name}>${row.name}<//>
                    </strong>
                    <span class="hint">${t("members.count", { count: row.member_count })}</span>
                  </span>
                  <button
                    type="button"
                    class="button"
                    onClick=${() => (row.has_password ? setLocked(row) : withToast(() => join(row)))}
                  >
                    ${t("workspace.joinThis")}
                  </button>
                </li>`,
            )}
          </ul>`
      }
      ${
        locked &&
        html`
          <${Form}
            submit=${(/** @type {Record<string, string>} */ values) => join(locked, values.password)}
            button=${t("workspace.joinThis")}
            fields=${[
              {
                name: "password",
                type: "password",
                label: `${stripBidi(locked.name)} · ${t("signin.password")}`,
                autocomplete: "off",
              },
            ]}
          />`
      }
    <//>`;
}
