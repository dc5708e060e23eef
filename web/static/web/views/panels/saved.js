/** The messages that one saved for later, wherever they are. */
import { html } from "../../core.js";
import { t } from "../../i18n.js";
import { setSaved } from "../../saved.js";
import { withToast } from "../../toasts.js";
import { Empty } from "../parts/lists.js";
import { Found } from "./found.js";
import { ListedPanel, useListed } from "./listed.js";

/** @import { Closing, Message } from "../../../../types" */
/** @import { Jump } from "./found.js" */

/** @param {Closing & {nameOf: (row: Message) => string | undefined, onJump: Jump}} props */
export function Saved({ nameOf, onJump, onClose }) {
  const list = useListed("/me/saved-messages");
  /** @param {Message} row */
  const forget = async (row) => {
    await withToast(() => setSaved(row.id, false));
    list.setRows((rows) => rows && rows.filter(({ id }) => id !== row.id));
  };
  /** @param {Message} row */
  const line = (row) => html`
    <${Found} key=${row.id} row=${row} where=${nameOf(row)} onJump=${onJump}>
      <button type="button" class="link small found-action" onClick=${() => forget(row)}>
        ${t("message.unsave")}
      </button>
    <//>`;
  const empty = html`
    <${Empty} icon="bookmark" title=${t("saved.none")}>
      ${t("saved.hint")}
    <//>`;
  return html`
    <${ListedPanel} title=${t("saved.title")} list=${list} row=${line} empty=${empty} onClose=${onClose} />`;
}
