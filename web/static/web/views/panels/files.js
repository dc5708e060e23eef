/** Files that were sent in a conversation or a workspace: pictures as a gallery, all as a list. */
import * as api from "../../api.js";
import { classes, html, useEffect, useLatestOnly, useState } from "../../core.js";
import { moment, size, t } from "../../i18n.js";
import { pathOf } from "../../paths.js";
import { stripBidi } from "../../text.js";
import { withToast } from "../../toasts.js";
import { ICONS, kindOf } from "../attachments/kinds.js";
import { Lightbox } from "../attachments/lightbox.js";
import { Icon, IconButton } from "../parts/icons.js";
import { Empty, Waiting } from "../parts/lists.js";
import { Name } from "../parts/people.js";
import { Panel } from "./panel.js";

/** @import { SharedFileListAnswer } from "../../../../schema" */
/** @import { Closing, SharedFile } from "../../../../types" */
/** @import { JumpTo } from "./found.js" */

/** @param {Closing & {path: string, onJump: JumpTo}} props `path`: of the conversation */
export const FilesPanel = ({ path, onJump, onClose }) => html`
  <${Panel} title=${t("files.title")} onClose=${onClose}>
    <${FileRows} path=${path} onJump=${onJump} />
  <//>`;

/**
 * @param {{path: string, words?: string, nameOf?: (row: SharedFile) => string | undefined, onJump: JumpTo}} props
 *   `path`: of what has the files; `words`: in their names
 */
export function FileRows({ path, words = "", nameOf, onJump }) {
  const [isGallery, setGallery] = useState(false);
  const [rows, setRows] = useState(/** @type {SharedFile[] | null} */ (null));
  const [more, setMore] = useState(/** @type {string | null} */ (null));
  const [shown, setShown] = useState("");
  const begin = useLatestOnly();
  /** @param {string} [before] */
  const load = (before) => {
    const isToBeShown = begin();
    return withToast(async () => {
      /** @type {SharedFileListAnswer} */
      const answer = await api.get(`${path}/files`, {
        q: words || undefined,
        kind: isGallery ? "image" : undefined,
        before,
      });
      if (!isToBeShown()) return;
      setRows((old) => [...(before ? (old ?? []) : []), ...answer.data]);
      setMore(answer.meta?.next_before ?? null);
    });
  };
  useEffect(() => {
    const timer = setTimeout(() => load(undefined), words ? 250 : 0);
    return () => clearTimeout(timer);
  }, [path, words, isGallery]);
  const pictures = (rows ?? []).filter((row) => kindOf(row.mime_type) === "picture");
  return html`
    <div class="tabs" role="group" aria-label=${t("files.view")}>
      ${[false, true].map(
        (choice) => html`
          <button
            key=${String(choice)}
            type="button"
            class=${classes("tab", choice === isGallery && "on")}
            aria-pressed=${choice === isGallery}
            onClick=${() => setGallery(choice)}
          >
            <${Icon} name=${choice ? "picture" : "bullets"} /> ${t(choice ? "files.gallery" : "files.list")}
          </button>`,
      )}
    </div>
    <div class="panel-body" tabindex="0" role="region" aria-label=${t("files.title")}>
      ${!rows && html`<${Waiting} />`}
      ${rows?.length === 0 && !more && html`<${Empty} icon="file" title=${t("files.nothing")} />`}
      ${
        isGallery
          ? html`
            <ul class="gallery">
              ${pictures.map(
                (row) => html`
                  <li key=${row.id}>
                    <button
                      type="button"
                      aria-label=${t("picture.open", { name: stripBidi(row.client_name) })}
                      onClick=${() => setShown(row.id)}
                    >
                      <img src=${pathOf(row.thumbnail_url ?? row.download_url)} alt="" loading="lazy" />
                    </button>
                  </li>`,
              )}
            </ul>`
          : html`
            <ul class="shared-files">
              ${(rows ?? []).map(
                (row) => html`
                  <li key=${row.id}>
                    <a class="found" href=${pathOf(row.download_url)} download=${row.client_name}>
                      <${Icon} name=${ICONS[kindOf(row.mime_type)]} />
                      <span class="person">
                        <strong><${Name}>${row.client_name}<//></strong>
                        <span class="hint">
                          <${Name}>${row.sender?.name ?? t("message.service")}<//> ·${" "}
                          ${nameOf?.(row) ? html`<${Name}>${nameOf(row)}<//> · ` : ""} ${moment(row.created_at)} ·${" "}
                          ${size(row.size)}
                        </span>
                      </span>
                    </a>
                    <${IconButton}
                      name="thread"
                      label=${t("files.show", { name: stripBidi(row.client_name) })}
                      onClick=${() => onJump({ ...row, id: row.message_id })}
                    />
                  </li>`,
              )}
            </ul>`
      }
      ${
        more &&
        html`
          <button type="button" class="button" onClick=${() => load(more)}>
            ${t("more")}
          </button>`
      }
    </div>
    ${
      shown &&
      html`
        <${Lightbox} rows=${pictures} first=${shown} isGuest=${false} onClose=${() => setShown("")} />`
    }`;
}
