/** The dialog that opens a direct conversation. */
import * as api from "../../api.js";
import { html, useEffect } from "../../core.js";
import { t } from "../../i18n.js";
import { app } from "../../state.js";
import { withToast } from "../../toasts.js";
import { loadMembers } from "../../workspaces.js";
import { Dialog } from "../parts/dialog.js";
import { Form } from "../parts/form.js";
import { Avatar, Name } from "../parts/people.js";

/** @import { Closing, Person, Workspace } from "../../../../types" */

/** @param {Closing & {workspace?: Workspace, onPick: (person: Person) => void}} props */
export function NewDirect({ workspace, onPick, onClose }) {
  const { members, me } = app.state;
  useEffect(() => {
    if (workspace && !members[workspace.id]) withToast(() => loadMembers(workspace.id));
  }, []);
  /** @param {Record<string, string>} values */
  const submit = async ({ email }) => {
    /** @type {{data: Person}} */
    const { data } = await api.post("/direct-recipients/resolve", { email });
    onClose();
    onPick(data);
  };
  const others = ((workspace && members[workspace.id]) ?? []).filter((row) => row.user.id !== me.id);
  return html`
    <${Dialog} title=${t("direct.new")} onClose=${onClose}>
      <${Form}
        submit=${submit}
        button=${t("direct.open")}
        fields=${[{ name: "email", type: "email", label: t("direct.email"), autocomplete: "off", autofocus: true }]}
      />
      ${
        others.length > 0 &&
        html`
          <h3>${t("members.title")}</h3>
          <ul class="people">
            ${others.map(
              (row) => html`
                <li key=${row.id}>
                  <button
                    type="button"
                    class="found person-row"
                    onClick=${() => {
                      onClose();
                      onPick(row.user);
                    }}
                  >
                    <${Avatar}
                      name=${row.user.name}
                      url=${row.user.avatar_url}
                      seed=${`user${row.user.id}`}
                      size="small"
                    />
                    <${Name}>${row.user.name}<//>
                  </button>
                </li>`,
            )}
          </ul>`
      }
    <//>`;
}
