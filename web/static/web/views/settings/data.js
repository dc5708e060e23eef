/** The export of what is stored about one, and the end of the account. */
import * as api from "../../api.js";
import { html, useEffect, useLatestOnly, useState } from "../../core.js";
import { t } from "../../i18n.js";
import { pathOf } from "../../paths.js";
import { signOut } from "../../session.js";
import { app } from "../../state.js";
import { withToast } from "../../toasts.js";
import { Form } from "../parts/form.js";

/** @import { ExportAnswer, ExportState } from "../../../../schema" */

export function Data() {
  const { me } = app.state;
  const [state, setState] = useState(/** @type {ExportState | null} */ (null));
  const [isCodeSent, setCodeSent] = useState(false);
  const begin = useLatestOnly();
  const look = async () => {
    const isToBeShown = begin();
    try {
      /** @type {ExportAnswer} */
      const { data } = await api.get("/me/export");
      if (isToBeShown()) setState(data);
    } catch (error) {
      // Another failure says nothing about the export: what is shown stays. As a new object, so that a pending one is
      // asked for again.
      if (isToBeShown()) setState((shown) => (error.status === 404 ? null : shown && { ...shown }));
    }
  };
  useEffect(() => {
    look();
  }, []);
  useEffect(() => {
    if (state?.status !== "pending") return undefined;
    const timer = setTimeout(look, 1500);
    return () => clearTimeout(timer);
  }, [state]);
  /** @param {Record<string, string>} values */
  const leave = async (values) => {
    await api.remove("/me", me.has_password ? { password: values.proof } : { otp: values.proof });
    signOut();
  };
  return html`
    <h3>${t("export.title")}</h3>
    <p class="hint">${t("export.lead")}</p>
    ${
      state?.status === "ready"
        ? html`
          <p>
            <a class="button" href=${pathOf(state.download_url ?? "")} download>
              ${t("export.get")}
            </a>
          </p>`
        : state?.status === "pending"
          ? html`
            <p role="status">
              ${t("export.pending")}${" "}
              <progress max="100" value=${state.progress ?? 0} aria-label=${t("export.title")}></progress>
            </p>`
          : null
    }
    <p>
      <button
        type="button"
        class="button"
        onClick=${() =>
          withToast(async () => {
            await api.post("/me/export");
            await look();
          })}
      >
        ${t("export.make")}
      </button>
    </p>
    <hr />
    <h3>${t("leave.title")}</h3>
    <p class="hint">${t("leave.lead")}</p>
    ${
      !me.has_password && !isCodeSent
        ? html`
          <button
            type="button"
            class="button"
            onClick=${() =>
              withToast(async () => {
                await api.post("/auth/web/otp", { email: me.email });
                setCodeSent(true);
              })}
          >
            ${t("code.send")}
          </button>`
        : html`
          <${Form}
            danger
            submit=${leave}
            button=${t("leave.go")}
            fields=${[
              {
                name: "proof",
                type: me.has_password ? "password" : "text",
                label: me.has_password ? t("password.current") : t("code.code"),
                autocomplete: me.has_password ? "current-password" : "one-time-code",
              },
            ]}
          />`
    }`;
}
