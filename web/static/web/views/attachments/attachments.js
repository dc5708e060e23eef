/** The files of a message: pictures are shown, sound and video are played, others are saved. */
import { blobOf } from "../../api.js";
import { html, useEffect, useState } from "../../core.js";
import { size, t } from "../../i18n.js";
import { pathOf } from "../../paths.js";
import { stripBidi } from "../../text.js";
import { ICONS, kindOf } from "./kinds.js";
import { Lightbox } from "./lightbox.js";
import { saveFile } from "./saving.js";
import { Icon } from "../parts/icons.js";
import { Name } from "../parts/people.js";

/** @import { Attachment } from "../../../../types" */

/** A picture of more bytes is shown by its thumbnail. */
const HEAVY = 200_000;
/** The most that a picture takes of a message, in pixels. */
const [WIDEST, HIGHEST] = [360, 280];
/** In place of a picture that is on its way. */
const NOTHING = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

/** @param {{rows: Attachment[], isGuest?: boolean}} props */
export function Attachments({ rows, isGuest = false }) {
  const [shown, setShown] = useState(/** @type {string | null} */ (null));
  const [broken, setBroken] = useState(/** @type {string[]} */ ([]));
  const isPicture = (/** @type {Attachment} */ row) => kindOf(row.mime_type) === "picture" && !broken.includes(row.id);
  const pictures = rows.filter(isPicture);
  const others = rows.filter((row) => !isPicture(row));
  return html`
    ${
      pictures.length > 0 &&
      html`
        <div class="attachments">
          ${pictures.map(
            (row) => html`
              <${Picture}
                key=${row.id}
                row=${row}
                isGuest=${isGuest}
                onOpen=${() => setShown(row.id)}
                onBroken=${() => setBroken([...broken, row.id])}
              />`,
          )}
        </div>`
    }
    ${
      others.length > 0 &&
      html`
        <div class="attachments">
          ${others.map(
            (row) => html`
              <${isGuest ? Download : Playable} key=${row.id} row=${row} isGuest=${isGuest} />`,
          )}
        </div>`
    }
    ${
      shown !== null &&
      html`
        <${Lightbox} rows=${pictures} first=${shown} isGuest=${isGuest} onClose=${() => setShown(null)} />`
    }`;
}

/** How large a picture is shown: what it takes is kept free while it loads. @param {Attachment} row */
function boxOf({ width, height }) {
  if (!width || !height) return {};
  const share = Math.min(1, WIDEST / width, HIGHEST / height);
  return { width: Math.max(1, Math.round(width * share)), height: Math.max(1, Math.round(height * share)) };
}

/** @param {{row: Attachment, isGuest: boolean, onOpen: () => void, onBroken: () => void}} props */
function Picture({ row, isGuest, onOpen, onBroken }) {
  const shown = (row.size > HEAVY && row.thumbnail_url) || row.download_url;
  const [source, setSource] = useState(isGuest ? NOTHING : pathOf(shown));
  // No cookie speaks for a guest: a picture is fetched with their token, as a file is.
  useEffect(() => {
    if (!isGuest) return undefined;
    let url = "";
    blobOf(shown).then((address) => setSource((url = address)), onBroken);
    return () => url && URL.revokeObjectURL(url);
  }, [row.id]);
  const whole = pathOf(row.download_url);
  const onError = () => (source === whole || isGuest ? onBroken() : setSource(whole));
  const name = stripBidi(row.client_name);
  return html`
    <button type="button" class="picture" aria-label=${t("picture.open", { name })} onClick=${onOpen}>
      <img src=${source} alt="" ...${boxOf(row)} loading="lazy" onError=${onError} />
    </button>`;
}

/** A player, and the file itself where the browser cannot play it. @param {{row: Attachment}} props */
function Playable({ row }) {
  const [isBroken, setBroken] = useState(false);
  const kind = kindOf(row.mime_type);
  if (isBroken || (kind !== "video" && kind !== "sound")) return html`<${Download} row=${row} isGuest=${false} />`;
  const source = pathOf(row.download_url);
  const player = { src: source, controls: true, preload: "metadata", "aria-label": stripBidi(row.client_name) };
  return html`
    <figure class=${`player ${kind}`}>
      ${
        kind === "video"
          ? html`<video ...${player} playsinline onError=${() => setBroken(true)}></video>`
          : html`<audio ...${player} onError=${() => setBroken(true)}></audio>`
      }
      <figcaption>
        <${Download} row=${row} isGuest=${false} />
      </figcaption>
    </figure>`;
}

/** @param {{row: Attachment, isGuest: boolean}} props */
function Download({ row, isGuest }) {
  /** @param {Event} event */
  const save = (event) => {
    if (!isGuest) return;
    event.preventDefault();
    saveFile(row);
  };
  return html`
    <a class="file" href=${pathOf(row.download_url)} download=${row.client_name} onClick=${save}>
      <${Icon} name=${ICONS[kindOf(row.mime_type)]} />
      <span class="file-name">
        <${Name}>${row.client_name}<//>
      </span>
      <span class="file-size">${size(row.size)}</span>
    </a>`;
}
