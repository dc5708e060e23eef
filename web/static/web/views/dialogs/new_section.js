/** The dialog that adds a section to one's own sidebar. */
import * as api from "../../api.js";
import { loadArrangement } from "../../arrangement.js";
import { html } from "../../core.js";
import { t } from "../../i18n.js";
import { Dialog } from "../parts/dialog.js";
import { Form } from "../parts/form.js";

/** @import { Closing, Workspace } from "../../../../types" */

/** @param {Closing & {workspace: Workspace}} props */
export function NewSection({ workspace, onClose }) {
  /** @param {Record<string, string>} values */
  const submit = async ({ name }) => {
    await api.post(`/workspaces/${workspace.id}/sidebar/sections`, { name });
    await loadArrangement();
    onClose();
  };
  return html`
    <${Dialog} title=${t("section.new")} onClose=${onClose}>
      <p class="hint">${t("section.lead")}</p>
      <${Form}
        submit=${submit}
        button=${t("create")}
        fields=${[{ name: "name", label: t("name"), maxlength: 60, autocomplete: "off", autofocus: true }]}
      />
    <//>`;
}
