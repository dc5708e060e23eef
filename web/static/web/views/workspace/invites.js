/** Links by which people join a workspace. */
import * as api from "../../api.js";
import { html, useEffect, useState } from "../../core.js";
import { moment, t } from "../../i18n.js";
import { app } from "../../state.js";
import { copy, toast, withToast } from "../../toasts.js";
import { selectAll } from "../dialogs/fields.js";
import { Dialog } from "../parts/dialog.js";
import { Form } from "../parts/form.js";
import { IconButton } from "../parts/icons.js";
import { useRows, Waiting } from "../parts/lists.js";
import { Section } from "./section.js";

/** @import { QrCode } from "../../vendor/uqr.mjs" */
/** @import { Closing, Invite, Rows } from "../../../../types" */
/** @import { OfWorkspace } from "./workspace_settings.js" */

/** How long a link works, in days. */
const LASTS = [1, 7, 30, 365];
const QUIET_ZONE = 4;

/** @param {OfWorkspace} props */
export function Invites({ workspace }) {
  const path = `/workspaces/${workspace.id}/invites`;
  /** @type {Rows<Invite>} */
  const { rows, load } = useRows(path);
  const [shown, setShown] = useState(/** @type {Invite | null} */ (null));
  const [isByMail, setByMail] = useState(false);
  /** @param {Record<string, string>} values @param {HTMLFormElement} form */
  const submit = async ({ days, role, uses, email }, form) => {
    /** @type {{data: Invite}} */
    const { data } = await api.post(path, {
      expires_in_days: Number(days),
      role: role ?? "member",
      max_uses: uses ? Number(uses) : null,
      ...(isByMail ? { email, language: app.state.language } : {}),
    });
    if (isByMail) toast(t("invites.mailed", { email }));
    else setShown(data);
    // The choices stay for the next link.
    for (const field of form.querySelectorAll("input")) field.value = "";
    await load();
  };
  return html`
    <${Section} title=${t("invite.make")} lead=${t("invites.lead")}>
      <div class="segments" role="group" aria-label=${t("invite.make")}>
        ${[false, true].map(
          (choice) => html`
            <button
              key=${choice}
              type="button"
              class="button small"
              aria-pressed=${isByMail === choice}
              onClick=${() => setByMail(choice)}
            >
              ${choice ? t("invites.byMail") : t("invites.byLink")}
            </button>`,
        )}
      </div>
      <${Form}
        class="across"
        submit=${submit}
        button=${isByMail ? t("invites.send") : t("invite.new")}
        fields=${[
          isByMail
            ? { name: "email", type: "email", label: t("signin.email"), autocomplete: "off" }
            : {
                name: "uses",
                type: "number",
                min: 1,
                max: 10_000,
                inputmode: "numeric",
                label: t("invites.uses"),
                placeholder: t("invites.anyNumber"),
                autocomplete: "off",
              },
          ...(workspace.role === "owner" ? [roleField()] : []),
          {
            name: "days",
            as: "select",
            label: t("invites.lasts"),
            children: html`
              ${LASTS.map(
                (days) => html`
                  <option key=${days} value=${days} selected=${days === 7}>
                    ${t("invites.days", { count: days })}
                  </option>`,
              )}`,
          },
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
                      <input
                        class="bare"
                        readonly
                        aria-label=${t("invite.link")}
                        value=${row.url}
                        onFocus=${selectAll}
                      />
                      <span class="hint">${describe(row)}</span>
                    </span>
                    <${IconButton} name="qr" label=${t("invites.qr")} onClick=${() => setShown(row)} />
                    <${IconButton} name="copy" label=${t("copy")} onClick=${() => copy(row.url)} />
                    <${IconButton}
                      name="trash"
                      label=${t("invite.revoke")}
                      onClick=${() =>
                        withToast(async () => {
                          await api.remove(`${path}/${row.id}`);
                          await load();
                        })}
                    />
                  </li>`,
              )}
            </ul>`
      }
      ${shown && html`<${ShownInvite} invite=${shown} onClose=${() => setShown(null)} />`}
    <//>`;
}

/** Nobody becomes an owner by a link. */
const roleField = () => ({
  name: "role",
  as: /** @type {"select"} */ ("select"),
  label: t("invites.role"),
  children: html`
    <option value="member">${t("role.member")}</option>
    <option value="admin">${t("role.admin")}</option>`,
});

/** @param {Invite} row */
const describe = (row) =>
  [
    row.email,
    row.role === "member" ? "" : t(`role.${row.role}`),
    row.max_uses
      ? t("invites.usedOf", { count: row.accepted_count, most: row.max_uses })
      : t("invite.used", { count: row.accepted_count }),
    t("until", { date: moment(row.expires_at) }),
  ]
    .filter(Boolean)
    .join(" · ");

/** A link large enough to be read from a screen across the table. @param {Closing & {invite: Invite}} props */
function ShownInvite({ invite, onClose }) {
  const [code, setCode] = useState(/** @type {QrCode | null} */ (null));
  useEffect(() => {
    import("../../vendor/uqr.mjs").then(
      ({ encode }) => setCode(encode(invite.url, { ecc: "M", border: 0 })),
      // The link is shown without it, too.
      () => {},
    );
  }, [invite.url]);
  return html`
    <${Dialog} title=${t("invite.link")} onClose=${onClose}>
      ${code && html`<${Qr} code=${code} label=${t("invites.qr")} />`}
      <div class="links">
        <div class="link-row">
          <input readonly aria-label=${t("invite.link")} value=${invite.url} onFocus=${selectAll} />
          <${IconButton} name="copy" label=${t("copy")} onClick=${() => copy(invite.url)} />
        </div>
      </div>
      <p class="hint">${describe(invite)}</p>
    <//>`;
}

/** Dark on white in every theme, as cameras want it. @param {{code: QrCode, label: string}} props */
const Qr = ({ code, label }) => html`
  <svg
    class="qr"
    role="img"
    aria-label=${label}
    viewBox=${`${-QUIET_ZONE} ${-QUIET_ZONE} ${code.size + 2 * QUIET_ZONE} ${code.size + 2 * QUIET_ZONE}`}
    shape-rendering="crispEdges"
  >
    <path d=${code.data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : ""))).join("")} />
  </svg>`;
