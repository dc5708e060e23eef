/** The accounts of sign-in providers that are linked to one's own. */
import * as api from "../../api.js";
import { html, setting, tabStore, useEffect, useState } from "../../core.js";
import { t } from "../../i18n.js";
import { withToast } from "../../toasts.js";
import { PROVIDER_NAMES } from "../signin/providers.js";

/** @import { LinksAnswer, RedirectAnswer, SocialAccountAnswer } from "../../../../schema" */

export function Linked() {
  const [rows, setRows] = useState(/** @type {SocialAccountAnswer[]} */ ([]));
  const load = async () => {
    try {
      /** @type {LinksAnswer} */
      const { accounts } = await api.get("/auth/web/social/accounts");
      setRows(accounts);
    } catch {
      // What is shown stays.
    }
  };
  useEffect(() => {
    load();
  }, []);
  const providers = [
    ...new Set([...setting("providers").split(",").filter(Boolean), ...rows.map((row) => row.provider)]),
  ];
  if (!providers.length) return null;
  /** @param {string} provider */
  const link = (provider) =>
    withToast(async () => {
      /** @type {RedirectAnswer} */
      const { redirect_url } = await api.post(`/auth/web/social/${provider}/link`);
      tabStore.set("social", { purpose: "link" });
      location.assign(redirect_url);
    });
  /** @param {string} provider */
  const unlink = (provider) =>
    withToast(async () => {
      await api.remove(`/auth/web/social/${provider}/unlink`);
      await load();
    });
  return html`
    <h3>${t("social.title")}</h3>
    <ul class="rows">
      ${providers.map((provider) => {
        const row = rows.find((account) => account.provider === provider);
        return html`
          <li key=${provider}>
            <span class="person">
              <strong>${PROVIDER_NAMES[provider] ?? provider}</strong>
              <span class="hint">${row?.provider_email ?? ""}</span>
            </span>
            <button type="button" class="button" onClick=${() => (row ? unlink(provider) : link(provider))}>
              ${row ? t("social.unlink") : t("social.link")}
            </button>
          </li>`;
      })}
    </ul>`;
}
