/** What a message says of itself to those who move to it without seeing it. */
import { languageName, list, t, time } from "../../i18n.js";
import { excerpt, stripBidi } from "../../text.js";

/** @import { Message } from "../../../../types" */

const MOST = 500;

/** Who wrote it, when, what it says, and from which language. @param {Message} message */
export function labelOf(message) {
  const name = stripBidi(message.sender?.name ?? t("message.service"));
  const by = t("message.by", { name, time: time(message.created_at) });
  const files = list(message.attachments.map((file) => stripBidi(file.client_name)));
  const text = message.deleted_at
    ? t("message.deleted")
    : [excerpt(message.display_content, MOST, message.type), files].filter(Boolean).join(" ");
  const label = t("message.said", { name: by, text });
  if (message.display_source !== "translation" || message.deleted_at) return label;
  return t("message.saidTranslated", { label, language: languageName(message.original_language) });
}
