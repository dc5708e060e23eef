/** The dialog that renames a workspace. */
import * as api from "../../api.js";
import { html } from "../../core.js";
import { t } from "../../i18n.js";
import { loadSidebar } from "../../workspaces.js";
import { Dialog } from "../parts/dialog.js";
import { Form } from "../parts/form.js";

/** @import { Closing, Workspace } from "../../../../types" */

/** @param {Closing & {workspace: Workspace}} props */
export function RenameWorkspace({ workspace, onClose }) {
  /** @param {Record<string, string>} values */
  const submit = async ({ name }) => {
    await api.patch(`/workspaces/${workspace.id}`, { name });
    await loadSidebar();
    onClose();
  };
  return html`
    <${Dialog} title=${t("workspace.rename")} onClose=${onClose}>
      <${Form}
        submit=${submit}
        button=${t("save")}
        fields=${[{ name: "name", label: t("name"), maxlength: 120, defaultValue: workspace.name, autofocus: true }]}
      />
    <//>`;
}
