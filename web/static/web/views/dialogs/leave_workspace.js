/** The dialog that leaves a workspace. */
import * as api from "../../api.js";
import { html, useState } from "../../core.js";
import { t } from "../../i18n.js";
import { go } from "../../router.js";
import { stripBidi } from "../../text.js";
import { loadSidebar } from "../../workspaces.js";
import { Confirm } from "./confirm.js";

/** @import { Closing, Workspace } from "../../../../types" */

/** @param {Closing & {workspace: Workspace}} props */
export function LeaveWorkspace({ workspace, onClose }) {
  // The one in view is another as soon as this one is left.
  const [{ id, name }] = useState(workspace);
  const leave = async () => {
    await api.post(`/workspaces/${id}/leave`);
    await loadSidebar();
    go("/");
  };
  return html`
    <${Confirm} title=${t("workspace.leave")} button=${t("workspace.leave")} work=${leave} onClose=${onClose}>
      ${t("workspace.leaveSure", { name: stripBidi(name) })}
    <//>`;
}
