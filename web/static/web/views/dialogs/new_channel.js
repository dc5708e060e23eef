/** The dialog that makes a channel. */
import * as api from "../../api.js";
import { html } from "../../core.js";
import { t } from "../../i18n.js";
import { go } from "../../router.js";
import { loadChannels } from "../../workspaces.js";
import { Dialog } from "../parts/dialog.js";
import { Form } from "../parts/form.js";
import { visibilities } from "./fields.js";

/** @import { Channel, Closing, Workspace } from "../../../../types" */

/** @param {Closing & {workspace: Workspace}} props */
export function NewChannel({ workspace, onClose }) {
  /** @param {Record<string, string>} values */
  const submit = async ({ name, visibility }) => {
    /** @type {{data: Channel}} */
    const { data } = await api.post(`/workspaces/${workspace.id}/channels`, { name, visibility });
    await loadChannels(workspace.id);
    onClose();
    go(`/w/${workspace.id}/c/${data.id}`);
  };
  return html`
    <${Dialog} title=${t("channel.new")} onClose=${onClose}>
      <${Form}
        submit=${submit}
        button=${t("create")}
        fields=${[
          { name: "name", label: t("name"), maxlength: 120, autofocus: true },
          {
            name: "visibility",
            as: "select",
            label: t("channel.visibility"),
            children: visibilities("public", "channel"),
          },
        ]}
      />
    <//>`;
}
