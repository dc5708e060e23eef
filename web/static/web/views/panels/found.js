/** One line of a list of messages. */
import { html } from "../../core.js";
import { moment, t } from "../../i18n.js";
import { excerpt, stripBidi } from "../../text.js";
import { Name } from "../parts/people.js";

/** @import { Children, FoundMessage, Message as Row } from "../../../../types" */

/** @typedef {(row: Row | FoundMessage) => void} Jump */
/**
 * Bring a message into view that is known by its ids alone.
 *
 * @typedef {(row: Pick<Row, "id" | "conversation_id" | "channel_id" | "workspace_id">) => void} JumpTo
 */

/**
 * One line of a list of messages.
 *
 * @param {{row: Row | FoundMessage, where?: string, onJump: Jump, query?: string, children?: Children}} props
 *   `children`: what stands below it
 */
export function Found({ row, where, onJump, query = "", children }) {
  return html`
    <li>
      <button type="button" class="found" onClick=${() => onJump(row)}>
        <span class="found-head">
          <strong>
            <${Name}>${row.sender?.name ?? t("message.service")}<//>
          </strong>${" "}
          <span class="hint">
            ${
              where
                ? html`
                  <${Name}>${where}<//> ·${" "}`
                : ""
            }
            ${moment(row.created_at)}
          </span>
        </span>
        <span class="found-text" dir="auto" lang=${row.display_language}>
          ${
            "snippet" in row
              ? snippet(row.snippet, query)
              : excerpt(row.display_content, 220, row.type) ||
                row.attachments?.map((file) => stripBidi(file.client_name)).join(", ")
          }
        </span>
      </button>
      ${children}
    </li>`;
}

/** A snippet with the searched words marked. @param {string} text @param {string} query */
function snippet(text, query) {
  const words = query.replace(/"/g, " ").trim().split(/\s+/).filter(Boolean);
  if (!words.length) return text;
  const pattern = new RegExp(`(${words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`, "giu");
  return text.split(pattern).map((piece, i) => (i % 2 ? html`<mark>${piece}</mark>` : piece));
}
