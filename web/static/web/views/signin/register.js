/** A new account. */
import { html } from "../../core.js";
import { LANGUAGES, spoken, t } from "../../i18n.js";
import { enter } from "../../session.js";
import { Form } from "../parts/form.js";
import { email, password } from "./fields.js";

/** @import { WayIn } from "./fields.js" */

/** @param {WayIn} props */
export function Register({ setWay, address, onDone }) {
  /** @param {Record<string, string>} values */
  const submit = async (values) => {
    await enter("/auth/web/register", { ...values, password_confirmation: values.password });
    onDone();
  };
  const languages = html`
    ${Object.entries(LANGUAGES).map(
      ([code, name]) => html`
        <option key=${code} value=${code} lang=${code} selected=${code === spoken()}>
          ${name}
        </option>`,
    )}`;
  return html`
    <h1>${t("register.title")}</h1>
    <p class="lead">${t("register.lead")}</p>
    <${Form}
      key="register"
      submit=${submit}
      button=${t("register.go")}
      fields=${[
        { name: "name", label: t("register.name"), autocomplete: "name", required: true, autofocus: true },
        email({ defaultValue: address }),
        { ...password("password", t("signin.password"), "new-password"), hint: t("register.passwordHint") },
        { name: "preferred_language", as: "select", label: t("register.language"), children: languages },
      ]}
    />
    <p class="ways new">
      ${t("register.have")}${" "}
      <button type="button" class="link strong" onClick=${() => setWay("password")}>
        ${t("signin.go")}
      </button>
    </p>`;
}
