/** The way in by a password. */
import { html, withValue } from "../../core.js";
import { t } from "../../i18n.js";
import { enter } from "../../session.js";
import { Form } from "../parts/form.js";
import { email, password } from "./fields.js";

/** @import { WayIn } from "./fields.js" */

/** @param {WayIn} props */
export function ByPassword({ setWay, address, setAddress, onDone }) {
  /** @param {Record<string, string>} values */
  const submit = async (values) => {
    await enter("/auth/web/login", values);
    onDone();
  };
  return html`
    <h1>${t("signin.title")}</h1>
    <p class="lead">${t("signin.lead")}</p>
    <${Form}
      key="password"
      submit=${submit}
      button=${t("signin.go")}
      fields=${[
        email({ autofocus: true, value: address, onInput: withValue(setAddress) }),
        password("password", t("signin.password"), "current-password"),
      ]}
    />
    <p class="ways">
      <button type="button" class="link" onClick=${() => setWay("code")}>
        ${t("signin.byCode")}
      </button>
      <button type="button" class="link" onClick=${() => setWay("forgot")}>
        ${t("signin.forgot")}
      </button>
    </p>
    <p class="ways new">
      ${t("signin.new")}${" "}
      <button type="button" class="link strong" onClick=${() => setWay("register")}>
        ${t("signin.register")}
      </button>
    </p>`;
}
