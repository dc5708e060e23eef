/** The draft as others will read it. */
import * as api from "../../api.js";
import { html, useEffect, useState, withValue } from "../../core.js";
import { languageName, LANGUAGES, t } from "../../i18n.js";
import { stripBidi } from "../../text.js";
import { withToast } from "../../toasts.js";
import { IconButton } from "../parts/icons.js";
import { RichText } from "../parts/rich_text.js";

/** @import { PreviewResource } from "../../../../schema" */
/** @import { Closing, Room } from "../../../../types" */

const OWN = "";

/**
 * The draft as it is written, or as somebody with another language will read it, and what that says when read back.
 *
 * @param {Closing & {content: string, room: Room}} props
 */
export function Preview({ content, room, onClose }) {
  const others = room.languages ?? [];
  const choices = room.canPreview
    ? (others.length ? others : Object.keys(LANGUAGES)).filter((code) => code !== room.language)
    : [];
  // OWN: as it is written.
  const [language, setLanguage] = useState(choices[0] ?? OWN);
  const [preview, setPreview] = useState(/** @type {PreviewResource | null} */ (null));
  const [isAsking, setAsking] = useState(false);
  useEffect(() => {
    setPreview(null);
    if (!content || language === OWN) return undefined;
    let isStale = false;
    const timer = setTimeout(async () => {
      setAsking(true);
      /** @type {{data: PreviewResource} | undefined} */
      const answer = await withToast(() =>
        api.post(`/workspaces/${room.workspaceId}/translate`, { text: content, target: language }),
      );
      if (isStale) return;
      setPreview(answer?.data ?? null);
      setAsking(false);
    }, 350);
    return () => {
      isStale = true;
      clearTimeout(timer);
    };
  }, [content, language]);
  const readers = (room.people ?? [])
    .filter((person) => person.language === language && person.id !== room.me?.id)
    .map((person) => person.name);
  return html`
    <section class="preview" aria-label=${t("preview.open")}>
      <header>
        <label>
          ${t("preview.as")}${" "}
          <select value=${language} onChange=${withValue(setLanguage)}>
            ${[...choices, OWN].map(
              (code) => html`
                <option key=${code} value=${code} selected=${code === language}>
                  ${code === OWN ? t("preview.own") : languageName(code)}
                </option>`,
            )}
          </select>
        </label>
        ${readers.length > 0 && html`<span class="hint">${readers.slice(0, 3).map(stripBidi).join(", ")}</span>`}
        <${IconButton} name="close" label=${t("close")} onClick=${onClose} />
      </header>
      ${
        language === OWN &&
        html`
          <div class="text preview-text" dir="auto">
            <${RichText} content=${content} type="markdown" names=${room.names} me=${room.me} />
          </div>`
      }
      ${
        preview?.text &&
        html`
          <div class="text preview-text" lang=${preview.target} dir="auto">
            <${RichText} content=${preview.text} type="markdown" names=${room.names} me=${room.me} />
          </div>
          ${
            preview.back_translation &&
            html`
              <div class="hint">
                <p>${t("preview.back")}</p>
                <div class="text preview-back" lang=${preview.source} dir="auto">
                  <${RichText} content=${preview.back_translation} type="markdown" names=${room.names} me=${room.me} />
                </div>
              </div>`
          }`
      }
      ${
        preview &&
        !preview.text &&
        html`
          <p class="hint">${preview.reason || t("translation.failed", { language: languageName(preview.target) })}</p>`
      }
      ${
        isAsking &&
        language !== OWN &&
        !preview &&
        html`
          <p class="translating">
            <span class="shimmer"></span>
            <span>${t("translation.pending")}</span>
          </p>`
      }
    </section>`;
}
