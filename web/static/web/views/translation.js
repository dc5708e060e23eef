/** How a message came to be in the reader's language, or why it did not. */
import * as api from "../api.js";
import { waitsForEngine } from "../conversation/untranslated.js";
import { classes, html, useEffect, useState } from "../core.js";
import { CODES, languageName, t } from "../i18n.js";
import { stripBidi } from "../text.js";
import { Icon } from "./parts/icons.js";
import { RichText } from "./parts/rich_text.js";

/** @import { InConversation, OfMessage } from "../../../types" */
/** @import { Message as Row } from "../../../types" */
/** @import { TranslationResource } from "../../../schema" */

const PENDING_WAIT = 60_000;

/**
 * The server's reasons for a missing translation, as sentences; any other is that no service could be reached.
 *
 * @type {Record<string, string>}
 */
const REASONS = {
  away: "reason.away",
  no_engine: "reason.noEngine",
  protection: "reason.protection",
  not_a_translation: "reason.notATranslation",
  budget: "reason.budget",
  engine_quota: "reason.budget",
};

// Below this, as the service's documentation says, readers should be told.
const LOW_CONFIDENCE = 0.5;

/** @param {Row} message */
const isDoubtful = (message) =>
  typeof message.translation_confidence === "number" && message.translation_confidence < LOW_CONFIDENCE;

/**
 * A small mark on what is translated; its words show while one points at it, and it shows the original.
 *
 * @param {{message: Row, shows: string, setShows: (shows: "" | "original" | "why") => void}} props
 */
export function TranslatedMark({ message, shows, setShows }) {
  if (message.display_source !== "translation" || message.deleted_at) return null;
  const from = t("translation.from", { language: languageName(message.original_language) });
  const doubt = isDoubtful(message) ? ` · ${t("translation.doubtfulShort")}` : "";
  return html`
    <button
      type="button"
      class=${classes("translated", isDoubtful(message) && "doubtful")}
      aria-expanded=${shows === "original"}
      title=${t(isDoubtful(message) ? "translation.doubtful" : "translation.showOriginal")}
      onClick=${() => setShows(shows === "original" ? "" : "original")}
    >
      <${Icon} name="translate" />
      <span>${shows === "original" ? t("translation.hideOriginal") : from}${doubt}</span>
    </button>`;
}

/**
 * How this came to be in the reader's language: the original, a shimmer, or an honest line.
 *
 * @param {InConversation & {
 *   message: Row, shows: string, setShows: (shows: "" | "original" | "why") => void, onCorrect: () => void,
 * }} props
 */
export function Translation({ message, room, shows, setShows, conversation, onCorrect }) {
  if (!message.original_content) return null;
  if (message.display_source === "translation") {
    const from = languageName(message.original_language);
    const always = room.originals === "always";
    // What floats over the next message is for the eye: the mark shows it to everybody.
    const floats = room.originals === "hover" && shows !== "original";
    return html`
      ${
        (shows === "original" || always || floats) &&
        html`
          <div class=${classes("original", floats && "floating")} aria-hidden=${floats ? "true" : undefined}>
            <div class="text" dir="auto" lang=${message.original_language}>
              <${RichText}
                content=${message.original_content}
                type=${message.type}
                names=${room.names}
                me=${room.me}
                marksKept=${true}
              />
            </div>
            ${
              shows === "original" &&
              html`
            <p class="original-note">
              ${t("translation.note", { language: from })}${" "}
                <span class="note-kept">${t("translation.noteKept")}${" "}</span>
              ${!room.isGuest && html`<${Translator} message=${message} conversation=${conversation} />`}
              ${
                room.canCorrect &&
                html`
                  <button type="button" class="link" onClick=${onCorrect}>
                    ${t("correct.title")}
                  </button>`
              }
            </p>`
            }
          </div>`
      }`;
  }
  if (!room.language || message.original_language === room.language) return null;
  if (message.translation_status === "not_needed" && !CODES.includes(message.original_language))
    return html`
      <p class="original-note">
        ${t("translation.foreign", { language: languageName(message.original_language) })}
      </p>`;
  if ((message.translation_status === "skipped" || waitsForEngine(message)) && shows === "why")
    return html`<${Why} message=${message} conversation=${conversation} language=${room.language} />`;
  // One mark of the conversation says it for all.
  if (waitsForEngine(message)) return null;
  if (message.translation_status === "pending")
    return html`<${Pending} message=${message} conversation=${conversation} />`;
  if (message.translation_status !== "failed") return null;
  return html`
    <p class="untranslated">
      <${Icon} name="warn" /> ${t("translation.failed", { language: languageName(room.language) })}${" "}
      <button
        type="button"
        class="link"
        aria-expanded=${shows === "why"}
        onClick=${() => setShows(shows === "why" ? "" : "why")}
      >
        ${t("translation.why")}
      </button>
    </p>
    ${shows === "why" && html`<${Why} message=${message} conversation=${conversation} language=${room.language} />`}`;
}

/**
 * What the service knows of a message's translation, null until it answers.
 *
 * @param {OfMessage} of
 * @param {string} language
 */
function useDetails({ message, conversation }, language) {
  const [row, setRow] = useState(/** @type {Partial<TranslationResource> | null} */ (null));
  useEffect(() => {
    let isStale = false;
    /** @type {Promise<TranslationResource[]>} */
    const asked = api.all(`${conversation.path}/messages/${message.id}/translations`);
    asked.then(
      (rows) => isStale || setRow(rows.find((translation) => translation.language === language) ?? {}),
      () => isStale || setRow({ reason: "away" }),
    );
    return () => {
      isStale = true;
    };
  }, [message.id, message.display_content, language]);
  return row;
}

/** Who or what translated a message. @param {OfMessage} props */
function Translator(props) {
  const row = useDetails(props, props.message.display_language);
  if (row?.corrected_by) return html`${t("translation.corrected", { name: stripBidi(row.corrected_by.name) })} `;
  return row?.engine ? html`${t("translation.by", { engine: row.engine })} ` : "";
}

/** Why a translation is missing, as far as the service says. @param {OfMessage & {language: string}} props */
function Why({ message, conversation, language }) {
  const row = useDetails({ message, conversation }, language);
  return html`
    <p class="original-note why" role="status">
      ${
        row
          ? t(
              REASONS[row.reason ?? ""] ??
                (message.translation_status === "skipped" ? "reason.nothing" : "reason.away"),
            )
          : t("loading")
      }
    </p>`;
}

/**
 * An event says that a translation is there, or is given up. Should it be lost, the message is read again now and then.
 *
 * @param {OfMessage} props
 */
function Pending({ message, conversation }) {
  const [tries, setTries] = useState(0);
  useEffect(() => {
    const timer = setTimeout(
      () => conversation.held.refresh(message.id).then(() => setTries(tries + 1)),
      PENDING_WAIT * 2 ** Math.min(tries, 3),
    );
    return () => clearTimeout(timer);
  }, [tries]);
  return html`
    <p class="translating">
      <span class="shimmer"></span>
      <span>${t("translation.pending")}</span>
    </p>`;
}
