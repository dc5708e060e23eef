/** Messages on their way out. */
import { classes, html } from "../../core.js";
import { list, t, time } from "../../i18n.js";
import { stripBidi } from "../../text.js";
import { Icon } from "../parts/icons.js";
import { Avatar, Name } from "../parts/people.js";
import { isCloseTo } from "./runs.js";
import { RichText } from "../parts/rich_text.js";

/** @import { InConversation } from "../../../../types" */

/**
 * What is on its way: everything of the conversation, or the replies to `parent`.
 *
 * @param {InConversation & {parent?: string}} props
 */
export function Outgoing({ conversation, room, parent }) {
  const rows = conversation.outbox.items.filter((item) =>
    parent ? item.parent === parent : room.isGuest || !item.parent || item.isBroadcast,
  );
  if (!rows.length) return null;
  const last = conversation.window.messages.at(-1);
  // As they will stand once they are posted: nothing jumps then.
  /** @param {number} i */
  const isFirst = (i) => {
    if (parent) return true;
    const before = i ? rows[i - 1].at : last && conversation.isMine(last) ? last.created_at : null;
    return !before || Boolean(rows[i].parent) || !isCloseTo(before, rows[i].at);
  };
  return html`
    <ol class="messages outgoing">
      ${rows.map(
        (item, i) => html`
          <li key=${item.key} class=${classes("message", isFirst(i) && "first", "mine", `is-${item.state}`)}>
            ${
              isFirst(i)
                ? html`
                  <${Avatar}
                    name=${room.me?.name}
                    url=${room.me?.avatar_url}
                    seed=${`${room.isGuest ? "guest" : "user"}${room.me?.id}`}
                  />`
                : html`
                  <time class="side-time" datetime=${item.at}>
                    ${time(item.at)}
                  </time>`
            }
            <div class="message-main">
              ${
                isFirst(i) &&
                html`
                  <div class="message-head">
                    <span class="message-name">
                      <${Name}>${room.me?.name}<//>
                    </span>${" "}
                    <time datetime=${item.at}>${time(item.at)}</time>
                  </div>`
              }
              ${
                item.content &&
                html`
                  <div class="text" dir="auto">
                    <${RichText} content=${item.content} type="markdown" names=${room.names} me=${room.me} />
                  </div>`
              }
              ${
                item.files.length > 0 &&
                html`
                  <p class="hint">
                    <${Icon} name="clip" /> ${list(item.files.map((file) => stripBidi(file.client_name)))}
                  </p>`
              }
              <p class="sending" role="status">
                ${
                  item.state === "sending"
                    ? t("sending.now")
                    : html`
                      <${Icon} name=${item.state === "failed" ? "warn" : "again"} />${" "}
                      ${item.state === "waiting" ? t("sending.waiting") : item.error}`
                }
                ${
                  item.state !== "sending" &&
                  html`
                    <button type="button" class="link" onClick=${() => conversation.outbox.retry(item.key)}>
                      ${t("sending.retry")}
                    </button>
                    <button type="button" class="link" onClick=${() => conversation.outbox.discard(item.key)}>
                      ${t("sending.discard")}
                    </button>`
                }
              </p>
            </div>
          </li>`,
      )}
    </ol>`;
}
