/** What stands around the messages: who types, what is read aloud, what went wrong. */
import { hasWaiting } from "../../conversation/untranslated.js";
import { classes, html, useRef } from "../../core.js";
import { languageName, list, t } from "../../i18n.js";
import { excerpt, stripBidi } from "../../text.js";
import { Icon } from "../parts/icons.js";

/** @import { Conversation, InConversation } from "../../../../types" */

/** @param {{conversation: Conversation}} props */
export function Typing({ conversation }) {
  const names = [...conversation.typing.people.values()].map((person) => stripBidi(person.name)).filter(Boolean);
  return html`
    <p class=${classes("typing", names.length > 0 && "on")} aria-hidden=${names.length === 0}>
      ${
        names.length > 0 &&
        html`
          <span class="dots">
            <i></i>
            <i></i>
            <i></i>
          </span>${" "}
          ${names.length > 3 ? t("typing.many") : t("typing.some", { count: names.length, names: list(names) })}`
      }
    </p>`;
}

/** One mark for all messages that are shown as written for want of an engine. @param {InConversation} props */
export const AsWritten = ({ conversation, room }) => html`
  <div role="status">
    ${
      hasWaiting(conversation) &&
      html`
        <p class="as-written">
          <${Icon} name="translate" />
          <span>${t("translation.asWritten", { language: languageName(room.language) })}</span>
        </p>`
    }
  </div>`;

/**
 * Reads new messages aloud to people who do not see them, and none that was there before.
 *
 * @param {InConversation} props
 */
export function Announcer({ conversation, room }) {
  const last = conversation.window.atEnd ? conversation.window.messages.at(-1) : null;
  const first = useRef(/** @type {number | null} */ (null));
  if (last && first.current === null) first.current = last.seq;
  const isNew =
    last && last.seq > (first.current ?? Infinity) && !conversation.isMine(last) && room && !last.deleted_at;
  const values = { name: stripBidi(last?.sender?.name), text: excerpt(last?.display_content, 300, last?.type) };
  return html`<p class="sr" aria-live="polite">${isNew ? t("message.said", values) : ""}</p>`;
}

/** @param {{conversation: Conversation}} props */
export function Trouble({ conversation }) {
  return html`
    <div class="trouble" role="alert">
      <${Icon} name="warn" />
      <p>${conversation.window.error?.sentence}</p>
      <button type="button" class="button" onClick=${() => conversation.window.open()}>
        ${t("sending.retry")}
      </button>
    </div>`;
}

export const Skeleton = () => html`
  <div class="skeleton" role="status">
    <span class="sr">${t("loading")}</span>
    ${[72, 48, 86, 60, 40].map(
      (width) => html`
        <div class="bone" key=${width}>
          <i></i>
          <b style=${{ width: `${width}%` }}></b>
        </div>`,
    )}
  </div>`;
