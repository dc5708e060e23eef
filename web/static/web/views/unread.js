/** How much is unread in a place, as a badge at its name. */
import { html } from "../core.js";
import { number, t } from "../i18n.js";

/** @param {{count: number, label?: string}} props `label`: what it says to those who do not see it */
export const Unread = ({ count, label = t("unread.count", { count }) }) =>
  count > 0 &&
  html`
    <span class="count-badge" aria-label=${label}>
      ${count > 99 ? "99+" : number(count)}
    </span>`;
