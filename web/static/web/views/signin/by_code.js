/** The way in by a mailed code. */
import * as api from "../../api.js";
import { html, useState } from "../../core.js";
import { t } from "../../i18n.js";
import { enter } from "../../session.js";
import { Form } from "../parts/form.js";
import { email } from "./fields.js";

/** @import { WayIn } from "./fields.js" */

/** @param {WayIn} props */
export function ByCode({ setWay, address, setAddress, onDone }) {
  const [isSent, setSent] = useState(false);
  /** @param {Record<string, string>} values */
  const ask = async (values) => {
    setAddress(values.email);
    await api.post("/auth/web/otp", { email: values.email }, { anonymous: true });
    setSent(true);
  };
  /** @param {Record<string, string>} values */
  const verify = async (values) => {
    await enter("/auth/web/otp/verify", { email: address, token: values.token.replace(/\s/g, "") });
    onDone();
  };
  return html`
    <h1>${t("code.title")}</h1>
    <p class="lead">${isSent ? t("code.sent", { email: address }) : t("code.lead")}</p>
    ${
      isSent
        ? html`
          <${Form}
            key="verify"
            submit=${verify}
            button=${t("signin.go")}
            fields=${[
              {
                name: "token",
                label: t("code.code"),
                inputmode: "numeric",
                autocomplete: "one-time-code",
                maxlength: 7,
                class: "code-input",
                required: true,
                autofocus: true,
              },
            ]}
          />`
        : html`
          <${Form}
            key="ask"
            submit=${ask}
            button=${t("code.send")}
            fields=${[email({ defaultValue: address, autofocus: true })]}
          />`
    }
    <p class="ways">
      <button type="button" class="link" onClick=${() => setWay("password")}>
        ${t("signin.byPassword")}
      </button>
    </p>`;
}
