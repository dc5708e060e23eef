/** The files of a message: pictures are shown, others are saved. */
import { blobOf } from "../api.js";
import { html, useEffect, useState } from "../core.js";
import { size } from "../i18n.js";
import { pathOf } from "../paths.js";
import { stripBidi } from "../text.js";
import { withToast } from "../toasts.js";
import { Icon } from "./parts/icons.js";
import { Name } from "./parts/people.js";

/** @import { Attachment } from "../../../types" */

/** A picture of more bytes is shown by its thumbnail. */
const HEAVY = 200_000;

/** @param {{rows: Attachment[], isGuest?: boolean}} props */
export function Attachments({ rows, isGuest }) {
  return html`
    <div class="attachments">
      ${rows.map((row) =>
        /^image\/(png|jpeg|gif|webp|avif)$/.test(row.mime_type)
          ? html`
            <${Picture} key=${row.id} row=${row} isGuest=${isGuest} />`
          : html`
            <${Download} key=${row.id} row=${row} isGuest=${isGuest} />`,
      )}
    </div>`;
}

/** @param {{row: Attachment, isGuest?: boolean}} props */
function Picture({ row, isGuest }) {
  const shown = (row.size > HEAVY && row.thumbnail_url) || row.download_url;
  const [source, setSource] = useState(isGuest ? "" : pathOf(shown));
  const [isBroken, setBroken] = useState(false);
  useEffect(() => {
    if (!isGuest) return undefined;
    let url = "";
    blobOf(shown).then(
      (address) => setSource((url = address)),
      () => setBroken(true),
    );
    return () => url && URL.revokeObjectURL(url);
  }, [row.id]);
  if (isBroken) return html`<${Download} row=${row} isGuest=${isGuest} />`;
  const onError = () =>
    source === pathOf(row.download_url) || isGuest ? setBroken(true) : setSource(pathOf(row.download_url));
  const image =
    source && html`<img src=${source} alt=${stripBidi(row.client_name)} loading="lazy" onError=${onError} />`;
  // No cookie speaks for a guest: the whole picture is fetched with their token, as a file is.
  if (isGuest)
    return html`
      <button type="button" class="picture" onClick=${() => saveFile(row)}>
        ${image}
      </button>`;
  return html`
    <a class="picture" href=${pathOf(row.download_url)} target="_blank" rel="noopener">
      ${image}
    </a>`;
}

/** Save an attachment that only a token opens. @param {Attachment} row */
async function saveFile(row) {
  const url = await withToast(() => blobOf(row.download_url));
  if (!url) return;
  Object.assign(document.createElement("a"), { href: url, download: row.client_name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** @param {{row: Attachment, isGuest?: boolean}} props */
function Download({ row, isGuest }) {
  /** @param {Event} event */
  const save = (event) => {
    if (!isGuest) return;
    event.preventDefault();
    saveFile(row);
  };
  return html`
    <a class="file" href=${pathOf(row.download_url)} download=${row.client_name} onClick=${save}>
      <${Icon} name="file" />
      <span class="file-name">
        <${Name}>${row.client_name}<//>
      </span>
      <span class="file-size">${size(row.size)}</span>
    </a>`;
}
