/** A message's text, and the message that it answers. */
import { classes, html, useState } from "../../core.js";
import { list, moment, t } from "../../i18n.js";
import { excerpt, isOnlyEmoji, stripBidi } from "../../text.js";
import { tokensOf } from "../../tokens.js";
import { SHOWN_LINES } from "../parts/code_block.js";
import { Icon } from "../parts/icons.js";
import { Name } from "../parts/people.js";
import { RichText } from "../parts/rich_text.js";

/** @import { InConversation, Message as Row, Room } from "../../../../types" */

const LONG = 1200;
const LONG_LINES = 18;

/** @param {{message: Row, room: Room}} props */
export function Text({ message, room }) {
  const [isWhole, setWhole] = useState(false);
  const content = message.display_content;
  if (!content) return null;
  const short = withShortCode(content);
  const isLong = short.length > LONG || short.split("\n").length > LONG_LINES;
  return html`
    <div
      class=${classes("text", isOnlyEmoji(content) && "emoji-only", isLong && !isWhole && "cut")}
      dir="auto"
      lang=${message.display_language}
    >
      <${RichText} content=${content} type=${message.type} names=${room.names} me=${room.me} />
      ${
        message.edited_at &&
        html`
          ${" "}
          <span class="edited" lang=${document.documentElement.lang} title=${moment(message.edited_at)}>
            ${t("message.edited")}
          </span>`
      }
    </div>
    ${
      isLong &&
      html`
        <button type="button" class="link small" aria-expanded=${isWhole} onClick=${() => setWhole(!isWhole)}>
          ${isWhole ? t("message.less") : t("message.whole")}
        </button>`
    }`;
}

/** The content with as much of its code as a block of code shows at first. @param {string} content */
const withShortCode = (content) =>
  tokensOf(content)
    .filter((token) => token.kind === "fence")
    .reduce((text, { text: code }) => text.replace(code, () => code.split("\n", SHOWN_LINES).join("\n")), content);

/** The message that this one answers, on one line. @param {InConversation & {id: string}} props */
export function Quote({ id, conversation, room }) {
  const parent = conversation.find(id);
  return html`
    <button type="button" class="quote" onClick=${() => room.onJump?.(id)}>
      <${Icon} name="reply" />
      ${
        parent
          ? html`
            <span class="quote-name">
              <${Name}>${parent.sender?.name ?? t("message.service")}<//>
            </span>${" "}
            <span class="quote-text" dir="auto" lang=${parent.display_language}>
              ${
                parent.deleted_at
                  ? t("message.deleted")
                  : excerpt(parent.display_content, 140, parent.type) ||
                    list(parent.attachments.map((file) => stripBidi(file.client_name)))
              }
            </span>`
          : html`
            <span class="quote-text">${t("thread.earlier")}</span>`
      }
    </button>`;
}
