/** What stands in place of a conversation where there is none: on the way to one, or before the first workspace. */
import { html } from "../../core.js";
import { t } from "../../i18n.js";
import { app } from "../../state.js";
import { LinkState } from "../link_state.js";
import { MenuToggle } from "../menu_toggle.js";
import { Empty, Waiting } from "../parts/lists.js";

/** @param {{isOnTheWay: boolean, isNew: boolean, onMenu: () => void, setDialog: (dialog: string) => void}} props */
export const Nowhere = ({ isOnTheWay, isNew, onMenu, setDialog }) => html`
  <main id="main" class="stage" tabindex="-1">
    <${LinkState} />
    <header class="stage-head">
      <${MenuToggle} onMenu=${onMenu} />
    </header>
    ${
      isOnTheWay
        ? html`
          <${Waiting} />`
        : isNew &&
          html`
            <${Empty} whole icon="globe" title=${t("empty.title", { name: app.state.me.name })}>
              <p>${t("empty.lead")}</p>
              <p class="form-end">
                <button type="button" class="button primary" onClick=${() => setDialog("workspace")}>
                  ${t("workspace.new")}
                </button>
                <button type="button" class="button" onClick=${() => setDialog("join")}>
                  ${t("workspace.join")}
                </button>
              </p>
            <//>`
    }
  </main>`;
