/** Under a message: who replied, how often and when, and what of it is new to the reader. */
import { classes, html } from "../../core.js";
import { moment, t } from "../../i18n.js";
import { Icon } from "../parts/icons.js";
import { Avatar } from "../parts/people.js";

/** @import { Message } from "../../../../types" */

/** So many of those who replied are shown. */
const SHOWN = 3;

/** @param {{message: Message, onOpen: () => void}} props */
export function ThreadLink({ message, onOpen }) {
  const { thread, reply_count: count } = message;
  const unread = thread?.unread_count ?? 0;
  return html`
    <button type="button" class=${classes("thread-link", unread > 0 && "has-unread")} onClick=${onOpen}>
      ${
        thread?.repliers.length
          ? html`
            <span class="repliers">
              ${thread.repliers.slice(0, SHOWN).map(
                ({ kind, id, name, avatar_url: url }) => html`
                  <${Avatar} key=${`${kind}${id}`} name=${name} url=${url} seed=${`${kind}${id}`} size="tiny" />`,
              )}
            </span>`
          : html`
            <${Icon} name="thread" />`
      }
      <span class="thread-count">${t("thread.replies", { count })}</span>
      ${unread > 0 && html`${" "}<span class="thread-new">${t("thread.new", { count: unread })}</span>`}
      ${
        thread?.last_reply_at &&
        html`
          ${" "}
          <span class="hint">${t("thread.last", { time: moment(thread.last_reply_at) })}</span>`
      }
    </button>`;
}
