/** The dialog that makes a workspace. */
import * as api from "../../api.js";
import { html } from "../../core.js";
import { t } from "../../i18n.js";
import { go } from "../../router.js";
import { loadSidebar } from "../../workspaces.js";
import { Dialog } from "../parts/dialog.js";
import { Form } from "../parts/form.js";

/** @import { Closing, Workspace } from "../../../../types" */

/** @param {Closing} props */
export function NewWorkspace({ onClose }) {
  /** @param {Record<string, string>} values */
  const submit = async ({ name }) => {
    /** @type {{data: Workspace}} */
    const { data } = await api.post("/workspaces", { name });
    await loadSidebar();
    onClose();
    go(`/w/${data.id}`);
  };
  return html`
    <${Dialog} title=${t("workspace.new")} onClose=${onClose}>
      <${Form}
        submit=${submit}
        button=${t("create")}
        fields=${[{ name: "name", label: t("name"), maxlength: 120, autofocus: true }]}
      />
    <//>`;
}
