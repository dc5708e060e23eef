/** What can be done with a message: buttons over it, and a menu of everything. */
import { html } from "../../core.js";
import { t } from "../../i18n.js";
import { app } from "../../state.js";
import { EmojiButton, QUICK } from "../emoji.js";
import { IconButton } from "../parts/icons.js";
import { Menu, MenuItem } from "../parts/menu.js";
import { useToolKeys } from "./tool_keys.js";

/** @import { Message as Row, Room } from "../../../../types" */

/**
 * What a message's view does when it is asked to; `open` a dialog, `show` its original or why there is no translation.
 *
 * @typedef {{
 *   reply: () => void, follow: () => void, edit: () => void, remove: () => void, react: (emoji: string) => void,
 *   pin: () => void, save: () => void, unread: () => void, again: () => void, copyOriginal: () => void,
 *   copy: () => void, link: () => void, show: (what: "original" | "why") => void, open: (dialog: string) => void,
 * }} Actions
 */

/**
 * `mayAskWhy`: there is no translation, and nothing under the message says why.
 *
 * @param {{
 *   message: Row, room: Room, actions: Actions, isMine: boolean, isPinned: boolean, mayAskWhy: boolean,
 *   inThread: boolean,
 * }} props
 */
export function Tools({ message, room, actions, isMine, isPinned, mayAskWhy, inThread }) {
  const isTranslated = message.display_source === "translation";
  const keys = useToolKeys();
  const isAgainPossible =
    !isTranslated &&
    Boolean(message.original_content) &&
    message.original_language !== room.language &&
    (message.translation_status === "failed" || Boolean(message.translation_reason));
  return html`
    <div class="message-tools" role="group" aria-label=${t("message.actions")} ...${keys}>
      ${QUICK.slice(0, 2).map(
        (emoji) => html`
          <button
            key=${emoji}
            type="button"
            class="icon-button quick"
            aria-label=${t("reaction.add", { emoji })}
            title=${t("reaction.add", { emoji })}
            onClick=${() => actions.react(emoji)}
          >
            ${emoji}
          </button>`,
      )}
      <${EmojiButton} label=${t("reaction.other")} onPick=${actions.react} />
      ${
        room.onThread &&
        !inThread &&
        html`
          <${IconButton} name="reply" label=${t("thread.reply")} onClick=${actions.reply} />`
      }
      <${Menu} label=${t("message.more")} icon="more">
        ${
          isMine &&
          html`
            <${MenuItem} icon="edit" onClick=${actions.edit}>
              ${t("message.edit")}
            <//>`
        }
        ${
          message.reactions.length > 0 &&
          html`
            <${MenuItem} icon="smile" onClick=${() => actions.open("reactions")}>
              ${t("reaction.who")}
            <//>`
        }
        ${
          room.onThread &&
          message.reply_count > 0 &&
          html`
            <${MenuItem} icon="thread" onClick=${actions.follow}>
              ${t(message.thread?.is_following ? "thread.unfollow" : "thread.follow")}
            <//>`
        }
        ${
          message.display_content &&
          html`
            <${MenuItem} icon="copy" onClick=${actions.copy}>
              ${t(isTranslated ? "message.copyTranslation" : "message.copy")}
            <//>`
        }
        ${
          isTranslated &&
          html`
            <${MenuItem} icon="copy" onClick=${actions.copyOriginal}>
              ${t("message.copyOriginal")}
            <//>`
        }
        <${MenuItem} icon="bookmark" onClick=${actions.save}>
          ${t(app.state.saved.has(message.id) ? "message.unsave" : "message.save")}
        <//>
        <${MenuItem} icon="forward" onClick=${() => actions.open("forward")}>
          ${t("forward.title")}
        <//>
        ${
          !inThread &&
          html`
            <${MenuItem} icon="unread" onClick=${actions.unread}>
              ${t("message.markUnread")}
            <//>`
        }
        ${
          message.edited_at &&
          html`
            <${MenuItem} icon="clock" onClick=${() => actions.open("history")}>
              ${t("history.title")}
            <//>`
        }
        ${
          isAgainPossible &&
          html`
            <${MenuItem} icon="again" onClick=${actions.again}>
              ${t("translation.again")}
            <//>`
        }
        <${MenuItem} icon="link" onClick=${actions.link}>
          ${t("message.link")}
        <//>
        ${
          isTranslated &&
          html`
            <${MenuItem} icon="translate" onClick=${() => actions.show("original")}>
              ${t("translation.showOriginal")}
            <//>`
        }
        ${
          mayAskWhy &&
          html`
            <${MenuItem} icon="translate" onClick=${() => actions.show("why")}>
              ${t("translation.whyNot")}
            <//>`
        }
        ${
          room.canCorrect &&
          isTranslated &&
          html`
            <${MenuItem} icon="edit" onClick=${() => actions.open("correct")}>
              ${t("correct.title")}
            <//>`
        }
        ${
          room.canCorrect &&
          message.original_content &&
          html`
            <${MenuItem} icon="translate" onClick=${() => actions.open("language")}>
              ${t("wrongLanguage")}
            <//>`
        }
        <${MenuItem} icon="pin" onClick=${actions.pin}>
          ${isPinned ? t("message.unpin") : t("message.pin")}
        <//>
        ${
          !isMine &&
          html`
            <${MenuItem} icon="flag" onClick=${() => actions.open("report")}>
              ${t("message.report")}
            <//>`
        }
        ${
          (isMine || room.canModerate) &&
          html`
            <${MenuItem} icon="trash" danger onClick=${actions.remove}>
              ${t("message.delete")}
            <//>`
        }
      <//>
    </div>`;
}
