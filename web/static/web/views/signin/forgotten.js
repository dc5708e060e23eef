/** A forgotten password, and the page that sets a new one. */
import * as api from "../../api.js";
import { html, useState } from "../../core.js";
import { t } from "../../i18n.js";
import { go } from "../../router.js";
import { enter } from "../../session.js";
import { Form } from "../parts/form.js";
import { email, password } from "./fields.js";
import { Welcome } from "./welcome.js";

/** @import { WayIn } from "./fields.js" */

/** @param {WayIn} props */
export function Forgot({ setWay, address, setAddress }) {
  const [isSent, setSent] = useState(false);
  /** @param {Record<string, string>} values */
  const submit = async (values) => {
    setAddress(values.email);
    await api.post("/auth/web/forgot-password", values, { anonymous: true });
    setSent(true);
  };
  return html`
    <h1>${t("forgot.title")}</h1>
    ${
      isSent
        ? html`
          <p class="notice" role="status">
            ${t("forgot.sent", { email: address })}
          </p>`
        : html`
          <p class="lead">${t("forgot.lead")}</p>
          <${Form}
            key="forgot"
            submit=${submit}
            button=${t("forgot.go")}
            fields=${[email({ defaultValue: address, autofocus: true })]}
          />`
    }
    <p class="ways">
      <button type="button" class="link" onClick=${() => setWay("password")}>
        ${t("back")}
      </button>
    </p>`;
}

/** `/reset-password?token=…&email=…`, from the mail. @param {{query: URLSearchParams}} props */
export function ResetPassword({ query }) {
  /** @param {Record<string, string>} values */
  const submit = async (values) => {
    const sent = { token: query.get("token") ?? "", email: query.get("email") ?? "" };
    await api.post(
      "/auth/web/reset-password",
      { ...sent, ...values, password_confirmation: values.password },
      { anonymous: true },
    );
    await enter("/auth/web/login", { email: sent.email, password: values.password });
    go("/", { replace: true });
  };
  return html`
    <${Welcome}>
      <h1>${t("reset.title")}</h1>
      <p class="lead">${query.get("email")}</p>
      <${Form}
        submit=${submit}
        button=${t("reset.go")}
        fields=${[
          {
            ...password("password", t("reset.password"), "new-password"),
            hint: t("register.passwordHint"),
            autofocus: true,
          },
        ]}
      />
      <p class="ways">
        <a class="link" href="/" data-go>
          ${t("back")}
        </a>
      </p>
    <//>`;
}
