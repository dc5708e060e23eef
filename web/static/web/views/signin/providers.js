/** The ways in through other providers. */
import * as api from "../../api.js";
import { html, setting, tabStore, useEffect, useState } from "../../core.js";
import { t } from "../../i18n.js";
import { go } from "../../router.js";
import { signedIn } from "../../session.js";
import { Welcome } from "./welcome.js";

/** @import { RedirectAnswer } from "../../../../schema" */

/** What the browser left for, and from where. @typedef {{purpose?: "signin" | "link", from?: string}} SocialErrand */

/** @type {Record<string, string>} */
export const PROVIDER_NAMES = {
  google: "Google",
  github: "GitHub",
  apple: "Apple",
  microsoft: "Microsoft",
  line: "LINE",
  oidc: "OpenID Connect",
};

export function Providers() {
  const [problem, setProblem] = useState("");
  const providers = setting("providers").split(",").filter(Boolean);
  if (!providers.length) return null;
  /** @param {string} provider */
  const leave = async (provider) => {
    try {
      /** @type {RedirectAnswer} */
      const { redirect_url } = await api.post(`/auth/web/social/${provider}/redirect`, {}, { anonymous: true });
      tabStore.set("social", { purpose: "signin", from: location.pathname });
      location.assign(redirect_url);
    } catch (error) {
      setProblem(error.sentence ?? String(error));
    }
  };
  return html`
    <div class="or">
      <span>${t("signin.or")}</span>
    </div>
    <div class="providers">
      ${providers.map(
        (provider) => html`
          <button key=${provider} type="button" class="button" onClick=${() => leave(provider)}>
            ${t("signin.with", { provider: PROVIDER_NAMES[provider] ?? provider })}
          </button>`,
      )}
    </div>
    ${
      problem &&
      html`
        <p class="form-error" role="alert">
          ${problem}
        </p>`
    }`;
}

/**
 * `/auth/{provider}/callback`: where a provider sends the browser back to.
 *
 * @param {{provider: string, query: URLSearchParams}} props
 */
export function SocialCallback({ provider, query }) {
  const [problem, setProblem] = useState("");
  useEffect(() => {
    (async () => {
      /** @type {SocialErrand} */
      const { purpose, from } = tabStore.get("social") ?? {};
      tabStore.set("social", null);
      if (!query.get("code")) return setProblem(query.get("error_description") ?? t("social.refused"));
      const body = { code: query.get("code"), state: query.get("state") };
      try {
        if (purpose === "link") {
          await api.post(`/auth/web/social/${provider}/link/callback`, body);
          return go("/w/settings/security", { replace: true });
        }
        await api.post(`/auth/web/social/${provider}/callback`, body, { anonymous: true });
        await signedIn(await api.get("/me"));
        return go(from?.startsWith("/invites/") ? from : "/", { replace: true });
      } catch (error) {
        return setProblem(error.sentence ?? String(error));
      }
    })();
  }, []);
  return html`
    <${Welcome}>
      <h1>${PROVIDER_NAMES[provider] ?? provider}</h1>
      ${
        problem
          ? html`
            <p class="form-error" role="alert">
              ${problem}
            </p>
            <p class="ways">
              <a class="link" href="/" data-go>
                ${t("back")}
              </a>
            </p>`
          : html`
            <p class="lead" role="status">
              ${t("loading")}
            </p>`
      }
    <//>`;
}
