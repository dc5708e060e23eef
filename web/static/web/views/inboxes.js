/** At the top of the side: lists of messages from all conversations. */
import { html } from "../core.js";
import { t } from "../i18n.js";
import { Icon } from "./parts/icons.js";

/** @import { IconName } from "./parts/icons.js" */

/** @type {{kind: string, icon: IconName, title: string}[]} */
const INBOXES = [
  { kind: "threads", icon: "thread", title: "threads.title" },
  { kind: "saved", icon: "bookmark", title: "saved.title" },
];

/** @param {{onOpen: (kind: string) => void}} props */
export const Inboxes = ({ onOpen }) => html`
  <ul class="inboxes">
    ${INBOXES.map(
      ({ kind, icon, title }) => html`
        <li key=${kind}>
          <button type="button" class="place" onClick=${() => onOpen(kind)}>
            <${Icon} name=${icon} />
            <span class="place-name">${t(title)}</span>
          </button>
        </li>`,
    )}
  </ul>`;
