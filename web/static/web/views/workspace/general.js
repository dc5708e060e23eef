/** What concerns a workspace as a whole: what it is called, whether it is translated, its export and its end. */
import * as api from "../../api.js";
import { html, useState } from "../../core.js";
import { t } from "../../i18n.js";
import { go } from "../../router.js";
import { stripBidi } from "../../text.js";
import { toast } from "../../toasts.js";
import { isModerator, loadSidebar } from "../../workspaces.js";
import { LeaveWorkspace } from "../dialogs/leave_workspace.js";
import { Dialog } from "../parts/dialog.js";
import { Form } from "../parts/form.js";
import { Export } from "./export.js";
import { Identity } from "./identity.js";
import { Section } from "./section.js";
import { Budget, TranslationState } from "./translation.js";

/** @import { Closing } from "../../../../types" */
/** @import { OfWorkspace } from "./workspace_settings.js" */

/** @param {OfWorkspace} props */
export function General({ workspace }) {
  const [asked, setAsked] = useState(/** @type {"" | "leave" | "delete"} */ (""));
  const close = () => setAsked("");
  const isTeam = workspace.kind === "team";
  return html`
    ${isModerator(workspace) && isTeam && html`<${Identity} workspace=${workspace} />`}
    <${TranslationState} />
    ${isModerator(workspace) && html`<${Budget} workspace=${workspace} />`}
    ${isTeam && workspace.role === "owner" && html`<${Export} workspace=${workspace} />`}
    ${
      isTeam &&
      html`
        <${Section} title=${t("workspace.leave")} lead=${t("workspace.leaveLead")}>
          <p>
            <button type="button" class="button" onClick=${() => setAsked("leave")}>
              ${t("workspace.leave")}
            </button>
          </p>
        <//>`
    }
    ${
      isTeam &&
      workspace.role === "owner" &&
      html`
        <${Section} danger title=${t("workspace.delete")} lead=${t("workspace.deleteLead")}>
          <p>
            <button type="button" class="button danger" onClick=${() => setAsked("delete")}>
              ${t("workspace.delete")}
            </button>
          </p>
        <//>`
    }
    ${asked === "leave" && html`<${LeaveWorkspace} workspace=${workspace} onClose=${close} />`}
    ${asked === "delete" && html`<${DeleteWorkspace} workspace=${workspace} onClose=${close} />`}`;
}

/** Asks for the name, as nothing brings a workspace back. @param {Closing & OfWorkspace} props */
function DeleteWorkspace({ workspace, onClose }) {
  const [{ id, name }] = useState(workspace);
  const [typed, setTyped] = useState("");
  const wanted = stripBidi(name).trim();
  const isSame = stripBidi(typed).trim() === wanted;
  const submit = async () => {
    if (!isSame) return;
    await api.remove(`/workspaces/${id}`);
    await loadSidebar();
    onClose();
    go("/");
    toast(t("workspace.deleted", { name: wanted }));
  };
  return html`
    <${Dialog} title=${t("workspace.delete")} onClose=${onClose}>
      <p>${t("workspace.deleteSure", { name: wanted })}</p>
      <${Form}
        submit=${submit}
        button=${t("workspace.delete")}
        danger
        disabled=${!isSame}
        fields=${[
          {
            name: "name",
            label: t("workspace.deleteType", { name: wanted }),
            autocomplete: "off",
            autofocus: true,
            onInput: (/** @type {InputEvent} */ { currentTarget }) =>
              setTyped(/** @type {HTMLInputElement} */ (currentTarget).value),
          },
        ]}
        after=${html`<button type="button" class="button" onClick=${onClose}>
            ${t("cancel")}
          </button>`}
      />
    <//>`;
}
