/** Addresses that receive a workspace's events, and what became of each delivery. */
import * as api from "../../api.js";
import { html, useState } from "../../core.js";
import { moment, t } from "../../i18n.js";
import { copy, withToast } from "../../toasts.js";
import { Confirm } from "../dialogs/confirm.js";
import { Dialog } from "../parts/dialog.js";
import { Form } from "../parts/form.js";
import { useRows, Waiting } from "../parts/lists.js";
import { Menu, MenuItem } from "../parts/menu.js";
import { Deliveries } from "./deliveries.js";
import { Section, ShownOnce, Switch } from "./section.js";

/** @import { NewSubscriptionResource, SubscriptionResource } from "../../../../schema" */
/** @import { Closing, Rows } from "../../../../types" */
/** @import { OfWorkspace } from "./workspace_settings.js" */

const KINDS = [
  "message.created",
  "message.updated",
  "message.deleted",
  "message.translated",
  "reaction.added",
  "reaction.removed",
  "member.joined",
  "member.updated",
  "member.left",
  "channel.created",
  "channel.updated",
  "channel.archived",
];
const ALL = "*";

/** @typedef {{kind: "edit" | "delete" | "secret" | "log", row: SubscriptionResource} | null} Asked */

/** @param {OfWorkspace} props */
export function OutgoingWebhooks({ workspace }) {
  const path = `/workspaces/${workspace.id}/webhook-subscriptions`;
  /** @type {Rows<SubscriptionResource>} */
  const { rows, load } = useRows(path);
  const [fresh, setFresh] = useState(/** @type {NewSubscriptionResource | null} */ (null));
  const [asked, setAsked] = useState(/** @type {Asked} */ (null));
  const close = () => setAsked(null);
  /** @param {Record<string, string>} values @param {HTMLFormElement} form */
  const submit = async ({ url }, form) => {
    /** @type {{data: NewSubscriptionResource}} */
    const { data } = await api.post(path, { url, event_types: [ALL] });
    setFresh(data);
    form.reset();
    await load();
  };
  /** @param {SubscriptionResource} row @param {object} changes */
  const change = async (row, changes) => {
    /** @type {{data: NewSubscriptionResource}} */
    const { data } = await api.put(`${path}/${row.id}`, changes);
    if (data.secret) setFresh(data);
    await load();
  };
  /** @param {SubscriptionResource} row */
  const test = (row) =>
    withToast(async () => {
      await api.post(`${path}/${row.id}/test`);
      setAsked({ kind: "log", row });
    });
  return html`
    <${Section} title=${t("outgoing.title")} lead=${t("outgoing.lead")}>
      ${fresh?.secret && html`<${ShownOnce} secret=${fresh.secret}><p>${t("outgoing.secret")}</p><//>`}
      <${Form}
        class="across"
        submit=${submit}
        button=${t("create")}
        fields=${[{ name: "url", type: "url", label: t("outgoing.url"), placeholder: "https://", autocomplete: "off" }]}
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
                      <strong class="whole">${row.url}</strong>
                      <span class="hint">${describe(row)}</span>
                      <${Trouble} row=${row} />
                    </span>
                    <${Switch}
                      label=${t("webhook.on")}
                      checked=${row.is_active}
                      onChange=${(/** @type {boolean} */ isOn) => withToast(() => change(row, { is_active: isOn }))}
                    />
                    <${Menu} label=${t("webhook.change", { name: row.url })} icon="more">
                      ${
                        row.is_active &&
                        html`
                          <${MenuItem} icon="send" onClick=${() => test(row)}>
                            ${t("outgoing.test")}
                          <//>`
                      }
                      <${MenuItem} icon="bullets" onClick=${() => setAsked({ kind: "log", row })}>
                        ${t("outgoing.deliveries")}
                      <//>
                      <${MenuItem} icon="copy" onClick=${() => copy(row.url)}>
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
      ${asked?.kind === "log" && html`<${Deliveries} path=${`${path}/${asked.row.id}`} onClose=${close} />`}
      ${
        asked?.kind === "edit" &&
        html`
          <${EditSubscription}
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
            ${t("webhook.deleteSure", { name: asked.row.url })}
          <//>`
      }
    <//>`;
}

/** Which events an address receives. @param {SubscriptionResource} row */
const describe = (row) =>
  row.event_types.includes(ALL) ? t("outgoing.all") : t("outgoing.some", { count: row.event_types.length });

/** Why nothing arrives. @param {{row: SubscriptionResource}} props */
function Trouble({ row }) {
  const sentence = row.disabled_reason
    ? t(`outgoing.disabled.${row.disabled_reason}`)
    : row.failing_since && t("outgoing.failing", { date: moment(row.failing_since) });
  return sentence && html`<span class="untranslated">${sentence}</span>`;
}

/**
 * @param {Closing & {row: SubscriptionResource, save: (changes: object) => Promise<unknown>}} props
 */
function EditSubscription({ row, save, onClose }) {
  const [isAll, setAll] = useState(row.event_types.includes(ALL));
  // What this client has no words for stays subscribed.
  const kinds = [...new Set([...KINDS, ...row.event_types.filter((kind) => kind !== ALL)])];
  /** @param {Record<string, string>} values @param {HTMLFormElement} form */
  const submit = async ({ url }, form) => {
    const chosen = new FormData(form).getAll("kind");
    const changes = { event_types: isAll ? [ALL] : chosen };
    // Whoever changes the address counts as the one who set it up.
    await save(url === row.url ? changes : { ...changes, url });
    onClose();
  };
  return html`
    <${Dialog} title=${t("webhook.edit")} onClose=${onClose}>
      <${Form}
        submit=${submit}
        button=${t("save")}
        fields=${[{ name: "url", type: "url", label: t("outgoing.url"), defaultValue: row.url, autofocus: true }]}
      >
        <fieldset class="checks">
          <legend>${t("outgoing.events")}</legend>
          <${Switch} label=${t("outgoing.all")} checked=${isAll} onChange=${setAll} />
          ${
            !isAll &&
            kinds.map(
              (kind) => html`
                <label key=${kind} class="check">
                  <input
                    type="checkbox"
                    name="kind"
                    value=${kind}
                    defaultChecked=${row.event_types.includes(kind) || row.event_types.includes(ALL)}
                  />
                  <code>${kind}</code>
                </label>`,
            )
          }
        </fieldset>
      <//>
    <//>`;
}
