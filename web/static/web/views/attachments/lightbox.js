/** A message's pictures over the whole page, one at a time. */
import { blobOf } from "../../api.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../../core.js";
import { number, t } from "../../i18n.js";
import { pathOf } from "../../paths.js";
import { stripBidi } from "../../text.js";
import { IconButton } from "../parts/icons.js";
import { Name } from "../parts/people.js";
import { saveFile } from "./saving.js";

/** @import { Attachment, Closing, Ref } from "../../../../types" */

/**
 * `first`: the id of what is shown first.
 *
 * @param {Closing & {rows: Attachment[], first: string, isGuest: boolean}} props
 */
export function Lightbox({ rows, first, isGuest, onClose }) {
  const [at, setAt] = useState(() =>
    Math.max(
      0,
      rows.findIndex((row) => row.id === first),
    ),
  );
  /** @type {Ref<HTMLDialogElement>} */
  const element = useRef(null);
  useLayoutEffect(() => {
    const dialog = element.current;
    dialog.showModal();
    dialog.querySelector("h2")?.focus();
    return () => dialog.close();
  }, []);
  const row = rows[Math.min(at, rows.length - 1)];
  const source = useSource(row, isGuest);
  if (!row) return null;
  /** @param {number} step */
  const turn = (step) => setAt((at + step + rows.length) % rows.length);
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    // Whatever it stands in closes by Escape too.
    event.stopPropagation();
    if (rows.length > 1 && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
      event.preventDefault();
      turn((event.key === "ArrowRight") === (document.dir !== "rtl") ? 1 : -1);
    }
  };
  /** @param {Event} event */
  const onCancel = (event) => {
    event.preventDefault();
    onClose();
  };
  /** @param {Event} event */
  const onClick = (event) => {
    if (event.target === element.current || (event.target instanceof Element && event.target.matches(".show")))
      onClose();
  };
  const download = { href: pathOf(row.download_url), download: row.client_name };
  return html`
    <dialog
      ref=${element}
      class="lightbox"
      aria-labelledby="lightbox-title"
      onKeyDown=${onKeyDown}
      onCancel=${onCancel}
      onClick=${onClick}
    >
      <header>
        <h2 id="lightbox-title" tabindex="-1">
          <${Name}>${row.client_name}<//>
        </h2>
        ${rows.length > 1 && html`<span class="hint">${number(at + 1)} / ${number(rows.length)}</span>`}
        <${IconButton}
          name="save"
          label=${t("picture.save")}
          onClick=${() => (isGuest ? saveFile(row) : Object.assign(document.createElement("a"), download).click())}
        />
        <${IconButton} name="close" label=${t("close")} onClick=${onClose} />
      </header>
      ${
        rows.length > 1 &&
        html`<${IconButton} name="back" class="back" label=${t("picture.back")} onClick=${() => turn(-1)} />`
      }
      <div class="show">
        <img key=${row.id} src=${source} alt=${stripBidi(row.client_name)} width=${row.width} height=${row.height} />
      </div>
      ${
        rows.length > 1 &&
        html`<${IconButton} name="forth" class="next" label=${t("picture.next")} onClick=${() => turn(1)} />`
      }
    </dialog>`;
}

/**
 * The address of a whole picture; a guest's is fetched with their token.
 *
 * @param {Attachment | undefined} row @param {boolean} isGuest
 */
function useSource(row, isGuest) {
  const [source, setSource] = useState("");
  useEffect(() => {
    if (!row || !isGuest) return undefined;
    let url = "";
    let isStale = false;
    blobOf(row.download_url).then(
      (address) => {
        url = address;
        if (isStale) URL.revokeObjectURL(url);
        else setSource(url);
      },
      () => {},
    );
    return () => {
      isStale = true;
      if (url) URL.revokeObjectURL(url);
      setSource("");
    };
  }, [row?.id]);
  return row && !isGuest ? pathOf(row.download_url) : source || undefined;
}
