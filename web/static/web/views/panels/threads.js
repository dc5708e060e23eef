/** The threads that one follows, wherever they are. */
import { html } from "../../core.js";
import { t } from "../../i18n.js";
import { ThreadLink } from "../message/thread_link.js";
import { Empty } from "../parts/lists.js";
import { Found } from "./found.js";
import { ListedPanel, useListed } from "./listed.js";

/** @import { Closing, Message } from "../../../../types" */
/** @import { Jump } from "./found.js" */

/** @param {Closing & {nameOf: (row: Message) => string | undefined, onOpen: Jump}} props */
export function Threads({ nameOf, onOpen, onClose }) {
  const list = useListed("/me/threads");
  /** @param {Message} row */
  const line = (row) => html`
    <${Found} key=${row.id} row=${row} where=${nameOf(row)} onJump=${onOpen}>
      <${ThreadLink} message=${row} onOpen=${() => onOpen(row)} />
    <//>`;
  const empty = html`
    <${Empty} icon="thread" title=${t("threads.none")}>
      ${t("threads.hint")}
    <//>`;
  return html`
    <${ListedPanel} title=${t("threads.title")} list=${list} row=${line} empty=${empty} onClose=${onClose} />`;
}
