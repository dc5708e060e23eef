/** The draft as it will look, and as others will read it. */
import * as api from "../../api.js";
import { html, useEffect, useState } from "../../core.js";
import { languageName, list, t } from "../../i18n.js";
import { stripBidi } from "../../text.js";
import { withToast } from "../../toasts.js";
import { IconButton } from "../parts/icons.js";
import { RichText } from "../parts/rich_text.js";

/** @import { PreviewResource } from "../../../../schema" */
/** @import { Closing, Room } from "../../../../types" */

const TYPED_FOR = 350;
const NAMED = 3;

/**
 * The draft as it will look, and in each language that is read here, with what that says when read back.
 *
 * @param {Closing & {content: string, room: Room}} props
 */
export function Preview({ content, room, onClose }) {
  const languages = room.canPreview ? (room.languages ?? []) : [];
  return html`
    <section class="preview" aria-label=${t(languages.length ? "preview.open" : "preview.own")}>
      <header>
        <h2>${t(languages.length ? "preview.title" : "preview.own")}</h2>
        <${IconButton} name="close" label=${t("close")} onClick=${onClose} />
      </header>
      <div class="previews" tabindex="0" role="region" aria-label=${t("preview.title")}>
        ${languages.map(
          (language) => html`
            <${InLanguage} key=${language} language=${language} content=${content} room=${room} />`,
        )}
        <section class="preview-part">
          ${languages.length > 0 && html`<h3>${t("preview.own")}</h3>`}
          <div class="text preview-text" dir="auto">
            <${RichText} content=${content} type="markdown" names=${room.names} me=${room.me} />
          </div>
        </section>
      </div>
    </section>`;
}

/**
 * The translation of `content`, once nobody types any longer; undefined while it is asked for, null where it failed.
 *
 * @param {Room} room
 * @param {string} language
 * @param {string} content
 */
function usePreview(room, language, content) {
  const [preview, setPreview] = useState(/** @type {PreviewResource | null | undefined} */ (undefined));
  useEffect(() => {
    setPreview(undefined);
    let isStale = false;
    const timer = setTimeout(async () => {
      /** @type {{data: PreviewResource} | undefined} */
      const answer = await withToast(() =>
        api.post(`/workspaces/${room.workspaceId}/translate`, { text: content, target: language }),
      );
      if (!isStale) setPreview(answer?.data ?? null);
    }, TYPED_FOR);
    return () => {
      isStale = true;
      clearTimeout(timer);
    };
  }, [content, language]);
  return preview;
}

/** @param {{language: string, content: string, room: Room}} props */
function InLanguage({ language, content, room }) {
  const preview = usePreview(room, language, content);
  // Whoever reads what it was written in reads no translation.
  const readers = (room.people ?? []).filter(
    (person) =>
      person.language === language &&
      person.id !== room.me?.id &&
      !person.also_reads?.some((code) => code === preview?.source),
  );
  if (preview && preview.source === language) return null;
  return html`
    <section class="preview-part">
      <h3>
        ${languageName(language)}
        ${
          readers.length > 0 &&
          html`
            <span class="hint">${list(readers.slice(0, NAMED).map((person) => stripBidi(person.name)))}</span>`
        }
      </h3>
      ${
        preview === undefined &&
        html`
          <p class="translating" role="status">
            <span class="shimmer"></span>
            <span>${t("translation.pending")}</span>
          </p>`
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
          <p class="hint">${t("translation.failed", { language: languageName(language) })}</p>`
      }
    </section>`;
}
