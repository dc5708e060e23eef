/** A channel's name, visibility and members; archiving and leaving it. */
import * as api from "../../api.js";
import { html, useEffect, useState } from "../../core.js";
import { t } from "../../i18n.js";
import { channelPath } from "../../paths.js";
import { go } from "../../router.js";
import { app } from "../../state.js";
import { stripBidi } from "../../text.js";
import { withToast } from "../../toasts.js";
import { loadChannels, loadMembers } from "../../workspaces.js";
import { Dialog } from "../parts/dialog.js";
import { Form } from "../parts/form.js";
import { IconButton } from "../parts/icons.js";
import { Avatar, Name } from "../parts/people.js";
import { Confirm } from "./confirm.js";
import { visibilities } from "./fields.js";

/** @import { Channel, Closing, Member, On, Workspace } from "../../../../types" */

/** @param {Closing & {channel: Channel, workspace: Workspace}} props */
export function ChannelSettings({ channel, workspace, onClose }) {
  const path = channelPath(workspace.id, channel.id);
  const [asked, setAsked] = useState(/** @type {"" | "archive" | "leave"} */ (""));
  const done = async () => {
    await loadChannels(workspace.id);
    onClose();
  };
  /** @param {Record<string, string>} values */
  const submit = async ({ name, topic, description, visibility }) => {
    await api.put(path, { name, topic, description, visibility });
    await done();
  };
  const archive = async () => {
    await api.remove(path);
    await loadChannels(workspace.id);
  };
  const leave = async () => {
    await api.post(`${path}/leave`);
    await loadChannels(workspace.id);
    go(`/w/${workspace.id}`);
  };
  const isMember = channel.visibility === "private" || channel.has_password;
  if (asked === "leave")
    return html`
      <${Confirm} title=${t("channel.leave")} button=${t("channel.leave")} work=${leave} onClose=${onClose}>
        ${t("channel.leaveSure", { name: stripBidi(channel.name) })}
      <//>`;
  if (asked === "archive")
    return html`
      <${Confirm} title=${t("channel.archive")} button=${t("channel.archive")} work=${archive} onClose=${onClose}>
        ${t("channel.archiveSure", { name: stripBidi(channel.name) })}
      <//>`;
  return html`
    <${Dialog}
      title=${html`
          #<${Name}>${channel.name}<//>
        `}
      onClose=${onClose}
    >
      <${Form}
        submit=${submit}
        button=${t("save")}
        fields=${[
          { name: "name", label: t("name"), maxlength: 120, defaultValue: channel.name, autofocus: true },
          { name: "topic", label: t("channel.topic"), maxlength: 250, defaultValue: channel.topic, dir: "auto" },
          {
            name: "description",
            as: "textarea",
            label: t("channel.description"),
            rows: 3,
            maxlength: 1000,
            defaultValue: channel.description,
            dir: "auto",
          },
          {
            name: "visibility",
            as: "select",
            label: t("channel.visibility"),
            children: visibilities(channel.visibility, "channel"),
          },
        ]}
      />
      ${channel.visibility === "private" && html`<${ChannelPeople} path=${path} workspace=${workspace} />`}
      <hr />
      <p class="form-end">
        ${
          channel.is_archived
            ? html`
              <button
                type="button"
                class="button"
                onClick=${() =>
                  withToast(async () => {
                    await api.post(`${path}/unarchive`);
                    await done();
                  })}
              >
                ${t("channel.unarchive")}
              </button>`
            : html`
              <button type="button" class="button danger" onClick=${() => setAsked("archive")}>
                ${t("channel.archive")}
              </button>`
        }
        ${
          isMember &&
          html`
            <button type="button" class="button" onClick=${() => setAsked("leave")}>
              ${t("channel.leave")}
            </button>`
        }
      </p>
    <//>`;
}

/** @param {{path: string, workspace: Workspace}} props */
function ChannelPeople({ path, workspace }) {
  const [rows, setRows] = useState(/** @type {Member[]} */ ([]));
  const load = () => withToast(async () => setRows(await api.all(`${path}/members`)));
  useEffect(() => {
    load();
    if (!app.state.members[workspace.id]) withToast(() => loadMembers(workspace.id));
  }, []);
  const inside = new Set(rows.map((row) => row.id));
  const outside = (app.state.members[workspace.id] ?? []).filter((row) => !inside.has(row.id));
  /** @param {On<HTMLSelectElement>} event */
  const onAdd = ({ currentTarget: field }) =>
    field.value &&
    withToast(async () => {
      await api.post(`${path}/members`, { member_id: field.value });
      field.value = "";
      await load();
    });
  return html`
    <h3>${t("members.title")}</h3>
    <ul class="people">
      ${rows.map(
        (row) => html`
          <li key=${row.id}>
            <${Avatar} name=${row.user.name} url=${row.user.avatar_url} seed=${`user${row.user.id}`} size="small" />
            <span class="person">
              <${Name}>${row.user.name}<//>
            </span>
            <${IconButton}
              name="close"
              label=${t("members.remove", { name: stripBidi(row.user.name) })}
              onClick=${() =>
                withToast(async () => {
                  await api.remove(`${path}/members/${row.id}`);
                  await load();
                })}
            />
          </li>`,
      )}
    </ul>
    ${
      outside.length > 0 &&
      html`
        <div class="field">
          <label for="add-member">${t("members.add")}</label>
          <select
            id="add-member"
            onChange=${onAdd}
          >
            <option value="">…</option>
            ${outside.map(
              (row) => html`
                <option key=${row.id} value=${row.id}>
                  ${stripBidi(row.user.name)}
                </option>`,
            )}
          </select>
        </div>`
    }`;
}
