/** Addresses at which other programs post into a workspace. */
import * as api from "../../api.js";
import { html, useState } from "../../core.js";
import { moment, t } from "../../i18n.js";
import { pathOf } from "../../paths.js";
import { app } from "../../state.js";
import { stripBidi } from "../../text.js";
import { copy, withToast } from "../../toasts.js";
import { Confirm } from "../dialogs/confirm.js";
import { selectAll } from "../dialogs/fields.js";
import { Dialog } from "../parts/dialog.js";
import { Form } from "../parts/form.js";
import { IconButton } from "../parts/icons.js";
import { useRows, Waiting } from "../parts/lists.js";
import { Menu, MenuItem } from "../parts/menu.js";
import { Name } from "../parts/people.js";
import { Section, ShownOnce, Switch } from "./section.js";

/** @import { NewWebhookResource, WebhookResource } from "../../../../schema" */
/** @import { Closing, Rows } from "../../../../types" */
/** @import { OfWorkspace } from "./workspace_settings.js" */

/** @typedef {{kind: "edit" | "delete" | "secret", row: WebhookResource} | null} Asked */

/** @param {OfWorkspace} props */
export function IncomingWebhooks({ workspace }) {
  const path = `/workspaces/${workspace.id}/webhooks`;
  /** @type {Rows<WebhookResource>} */
  const { rows, load } = useRows(path);
  const [fresh, setFresh] = useState(/** @type {NewWebhookResource | null} */ (null));
  const [asked, setAsked] = useState(/** @type {Asked} */ (null));
  const close = () => setAsked(null);
  /** @param {Record<string, string>} values @param {HTMLFormElement} form */
  const submit = async ({ name, channel }, form) => {
    /** @type {{data: NewWebhookResource}} */
    const { data } = await api.post(path, { name, default_channel_id: channel || null });
    setFresh(data);
    form.reset();
    await load();
  };
  /** @param {WebhookResource} row @param {object} changes */
  const change = async (row, changes) => {
    /** @type {{data: NewWebhookResource}} */
    const { data } = await api.put(`${path}/${row.id}`, changes);
    if (data.secret) setFresh(data);
    await load();
  };
  return html`
    <${Section} title=${t("incoming.title")} lead=${t("incoming.lead")}>
      ${fresh?.secret && html`<${Fresh} webhook=${fresh} secret=${fresh.secret} />`}
      <${Form}
        class="across"
        submit=${submit}
        button=${t("create")}
        fields=${[
          { name: "name", label: t("name"), maxlength: 120, autocomplete: "off" },
          { name: "channel", as: "select", label: t("incoming.channel"), children: channelOptions(workspace.id, null) },
        ]}
      />
      ${
        rows === null
          ? html`
            <${Waiting} />`
          : html`
            <ul class="rows">
              ${rows.map(
                (row) => html`
                  <li key=${row.id}>
                    <span class="person">
                      <strong>
                        <${Name}>${row.name}<//>
                      </strong>
                      <span class="hint">
                        ${channelName(workspace.id, row.default_channel_id)} ·${" "}
                        ${row.last_used_at ? t("tokens.used", { date: moment(row.last_used_at) }) : t("tokens.unused")}
                      </span>
                      <input
                        class="bare"
                        readonly
                        aria-label=${t("incoming.address", { name: stripBidi(row.name) })}
                        value=${addressOf(row)}
                        onFocus=${selectAll}
                      />
                    </span>
                    <${Switch}
                      label=${t("webhook.on")}
                      checked=${row.is_active}
                      onChange=${(/** @type {boolean} */ isOn) => withToast(() => change(row, { is_active: isOn }))}
                    />
                    <${Menu} label=${t("webhook.change", { name: stripBidi(row.name) })} icon="more">
                      <${MenuItem} icon="copy" onClick=${() => copy(addressOf(row))}>
                        ${t("webhook.copyAddress")}
                      <//>
                      <${MenuItem} icon="edit" onClick=${() => setAsked({ kind: "edit", row })}>
                        ${t("webhook.edit")}
                      <//>
                      <${MenuItem} icon="again" onClick=${() => setAsked({ kind: "secret", row })}>
                        ${t("webhook.newSecret")}
                      <//>
                      <${MenuItem} icon="trash" danger onClick=${() => setAsked({ kind: "delete", row })}>
                        ${t("webhook.delete")}
                      <//>
                    <//>
                  </li>`,
              )}
            </ul>`
      }
      ${
        asked?.kind === "edit" &&
        html`
          <${EditWebhook}
            workspace=${workspace}
            row=${asked.row}
            save=${(/** @type {object} */ changes) => change(asked.row, changes)}
            onClose=${close}
          />`
      }
      ${
        asked?.kind === "secret" &&
        html`
          <${Confirm}
            title=${t("webhook.newSecret")}
            button=${t("webhook.newSecret")}
            work=${() => change(asked.row, { regenerate_secret: true })}
            onClose=${close}
          >
            ${t("webhook.newSecretSure")}
          <//>`
      }
      ${
        asked?.kind === "delete" &&
        html`
          <${Confirm}
            title=${t("webhook.delete")}
            button=${t("webhook.delete")}
            work=${async () => {
              await api.remove(`${path}/${asked.row.id}`);
              await load();
            }}
            onClose=${close}
          >
            ${t("webhook.deleteSure", { name: stripBidi(asked.row.name) })}
          <//>`
      }
    <//>`;
}

/** The service may be known by several names; this one works here. @param {WebhookResource} row */
const addressOf = (row) => location.origin + pathOf(row.url);

/** How a program posts with a new secret. @param {{webhook: NewWebhookResource, secret: string}} props */
function Fresh({ webhook, secret }) {
  const line = [
    `curl -X POST "${addressOf(webhook)}"`,
    `-H "Authorization: Bearer ${secret}"`,
    `-H "Content-Type: application/json"`,
    `-d '{"content": "Hello"}'`,
  ].join(" \\\n  ");
  return html`
    <${ShownOnce} secret=${secret}>
      <p>${t("incoming.try")}</p>
      <div class="code-block">
        <div class="code-head">
          <span class="code-language">Shell</span>
          <${IconButton} name="copy" label=${t("code.copy")} onClick=${() => copy(line)} />
        </div>
        <pre tabindex="0"><code>${line}</code></pre>
      </div>
    <//>`;
}

/**
 * @param {Closing & OfWorkspace & {row: WebhookResource, save: (changes: object) => Promise<unknown>}} props
 */
function EditWebhook({ workspace, row, save, onClose }) {
  /** @param {Record<string, string>} values */
  const submit = async ({ name, channel }) => {
    await save({ name, default_channel_id: channel || null });
    onClose();
  };
  return html`
    <${Dialog} title=${t("webhook.edit")} onClose=${onClose}>
      <${Form}
        submit=${submit}
        button=${t("save")}
        fields=${[
          { name: "name", label: t("name"), maxlength: 120, defaultValue: row.name, autofocus: true },
          {
            name: "channel",
            as: "select",
            label: t("incoming.channel"),
            children: channelOptions(workspace.id, row.default_channel_id),
          },
        ]}
      />
    <//>`;
}

/** @param {string} workspaceId @param {string | null} chosen */
const channelOptions = (workspaceId, chosen) => html`
  <option value="">${t("incoming.named")}</option>
  ${(app.state.channels[workspaceId] ?? []).map(
    (row) => html`
      <option key=${row.id} value=${row.id} selected=${row.id === chosen}>
        ${`#${stripBidi(row.name)}`}
      </option>`,
  )}`;

/** @param {string} workspaceId @param {string | null} id */
function channelName(workspaceId, id) {
  const channel = (app.state.channels[workspaceId] ?? []).find((row) => row.id === id);
  return channel ? `#${stripBidi(channel.name)}` : t("incoming.named");
}
