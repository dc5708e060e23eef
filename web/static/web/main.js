/** The client's beginning: a language, who is here, and the page that the address asks for. */
import { html, render, useEffect, useObserved } from "./core.js";
import { firstLanguage, speak, t } from "./i18n.js";
import { followKeyboard } from "./keyboard.js";
import { go, route } from "./router.js";
import { start } from "./session.js";
import { app } from "./state.js";
import { setTheme } from "./theme.js";
import { toast } from "./toasts.js";
import { Toasts } from "./views/parts/dialog.js";
import { later } from "./views/parts/later.js";
import { Empty, Waiting } from "./views/parts/lists.js";
import { ResetPassword } from "./views/signin/forgotten.js";
import { Invite } from "./views/signin/invite.js";
import { SocialCallback } from "./views/signin/providers.js";
import { SignIn } from "./views/signin/signin.js";

/** @import { ApiError } from "./api_error.js" */
/** @import { Route } from "./router.js" */

const AGAIN_AFTER = 5000;
const Room = later(async () => (await import("./views/room.js")).Room);
const Share = later(async () => (await import("./views/share.js")).Share);
const Shell = later(async () => (await import("./views/shell.js")).Shell);

function Client() {
  useObserved(app);
  useObserved(route);
  return html`
    ${page(route.state)}
    <${Toasts} />`;
}

/** @param {Route} route */
function page({ name, params, query }) {
  const { me, isStarted } = app.state;
  if (name === "room") return html`<${Room} id=${params.room.toLowerCase()} isEmbedded=${params.embed === "embed"} />`;
  if (name === "reset") return html`<${ResetPassword} query=${query} />`;
  if (!isStarted)
    return app.state.error
      ? html`
        <${Unreachable} error=${app.state.error} />`
      : html`
        <main class="starting">
          <${Waiting} />
        </main>`;
  if (name === "social") return html`<${SocialCallback} provider=${params.provider} query=${query} />`;
  if (name === "invite") return html`<${Invite} token=${params.token} />`;
  if (!me) return html`<${SignIn} />`;
  return name === "share" ? html`<${Share} query=${query} />` : html`<${Shell} />`;
}

/**
 * The service did not answer who is signed in: it is asked again after a while, and at once by a click.
 *
 * @param {{error: ApiError}} props
 */
function Unreachable({ error }) {
  useEffect(() => {
    const timer = setTimeout(start, AGAIN_AFTER);
    return () => clearTimeout(timer);
  }, [error]);
  return html`
    <main class="starting">
      <${Empty} whole icon="warn" title=${t("start.failed")}>
        <p role="alert">${error.sentence}</p>
        <p class="form-end">
          <button type="button" class="button primary" onClick=${start}>
            ${t("sending.retry")}
          </button>
        </p>
      <//>
    </main>`;
}

setTheme(app.state.theme);
followKeyboard();
await speak(firstLanguage()).catch(() => speak("en"));
const root = /** @type {HTMLElement} */ (document.getElementById("app"));
root.replaceChildren();
render(html`<${Client} />`, root);
if (route.state.query.has("verified")) {
  // The link of a mail led here.
  go("/", { replace: true });
  toast(t("profile.verified"));
}
if (route.state.name !== "room") start();
