/** The button that opens the sidebar where that is a drawer, with what is unread elsewhere. */
import { html, useObserved } from "../core.js";
import { number, t } from "../i18n.js";
import { app } from "../state.js";
import { unreadInAll } from "../workspaces.js";
import { Icon } from "./parts/icons.js";

/** @param {{onMenu: () => void}} props */
export function MenuToggle({ onMenu }) {
  useObserved(app);
  const count = unreadInAll();
  const label = count ? `${t("nav.open")}, ${t("unread.count", { count })}` : t("nav.open");
  return html`
    <button type="button" class="icon-button menu-toggle" aria-label=${label} title=${t("nav.open")} onClick=${onMenu}>
      <${Icon} name="menu" />
      ${
        count > 0 &&
        html`
          <span class="menu-badge" aria-hidden="true">${count > 99 ? "99+" : number(count)}</span>`
      }
    </button>`;
}
