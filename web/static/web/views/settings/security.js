/** One's password, linked accounts and sessions. */
import * as api from "../../api.js";
import { html } from "../../core.js";
import { moment, t } from "../../i18n.js";
import { signOut } from "../../session.js";
import { app } from "../../state.js";
import { stripBidi } from "../../text.js";
import { toast, withToast } from "../../toasts.js";
import { Form } from "../parts/form.js";
import { useRows, Waiting } from "../parts/lists.js";
import { Linked } from "./linked_accounts.js";

/** @import { ListedSessionAnswer } from "../../../../schema" */
/** @import { Rows } from "../../../../types" */

/** @type {Record<string, string>} */
const BROWSERS = {
  Edg: "Edge",
  OPR: "Opera",
  SamsungBrowser: "Samsung Internet",
  FxiOS: "Firefox",
  CriOS: "Chrome",
};

/** @type {Record<string, string>} */
const SYSTEMS = { "Mac OS X": "macOS", CrOS: "ChromeOS" };

export function Security() {
  const { me } = app.state;
  /** @type {Rows<ListedSessionAnswer>} */
  const { rows, load, isMissing } = useRows("/me/sessions");
  /** @param {Record<string, string>} values @param {HTMLFormElement} form */
  const change = async (values, form) => {
    await api.post("/auth/web/change-password", { ...values, password_confirmation: values.password });
    form.reset();
    toast(t("password.changed"));
  };
  /** @param {ListedSessionAnswer} row */
  const end = (row) =>
    withToast(async () => {
      await api.remove(`/me/sessions/${row.id}`);
      await (row.current ? signOut() : load());
    });
  return html`
    ${
      me.has_password &&
      html`
        <h3>${t("password.change")}</h3>
        <${Form}
          submit=${change}
          button=${t("password.change")}
          fields=${[
            {
              name: "current_password",
              type: "password",
              label: t("password.current"),
              autocomplete: "current-password",
            },
            {
              name: "password",
              type: "password",
              label: t("reset.password"),
              autocomplete: "new-password",
              hint: t("register.passwordHint"),
            },
          ]}
        />`
    }
    <${Linked} />
    ${
      !isMissing &&
      html`
        <h3>${t("sessions.title")}</h3>
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
                        <strong title=${row.device_name}>${browserName(row.device_name)}</strong>
                        <span class="hint">
                          ${[row.ip_address, moment(row.last_used_at)].filter(Boolean).join(" · ")}
                        </span>
                      </span>
                      ${
                        row.current
                          ? html`
                            <span class="badge">${t("sessions.this")}</span>`
                          : html`
                            <button type="button" class="button" onClick=${() => end(row)}>
                              ${t("sessions.end")}
                            </button>`
                      }
                    </li>`,
                )}
              </ul>`
        }`
    }`;
}

/**
 * "Firefox · Windows" of what a browser says of itself; what is not a browser's keeps its own name.
 *
 * @param {string} userAgent
 */
function browserName(userAgent) {
  const browser = /Edg|OPR|SamsungBrowser|Firefox|FxiOS|CriOS|Chrome|Safari/.exec(userAgent)?.[0];
  if (!userAgent.startsWith("Mozilla/") || !browser) return stripBidi(userAgent);
  const system = /iPhone|iPad|Android|Windows|Mac OS X|CrOS|Linux/.exec(userAgent)?.[0];
  return [BROWSERS[browser] ?? browser, system && (SYSTEMS[system] ?? system)].filter(Boolean).join(" · ");
}
