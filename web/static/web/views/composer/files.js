/** Files that are chosen for a message, on their way up. */
import * as api from "../../api.js";
import { classes, html, setting, useEffect, useRef, useState } from "../../core.js";
import { number, size, t } from "../../i18n.js";
import { stripBidi } from "../../text.js";
import { ICONS, kindOf } from "../attachments/kinds.js";
import { Icon, IconButton } from "../parts/icons.js";
import { Name } from "../parts/people.js";

/** @import { SentFile } from "../../../../types" */

/**
 * A file on its way up; `share` from 0 to 1, `picture`: an address of what it shows, for this page alone.
 *
 * @typedef {{
 *   key: string, name: string, type: string, picture: string, size: number, share: number,
 *   file: SentFile | null, error: string, stop: () => void,
 * }} Staged
 */

const MOST_FILES = 10;

/** The files of a message that is being written. */
export function useStagedFiles() {
  const [files, setFiles] = useState(/** @type {Staged[]} */ ([]));
  /** @param {Iterable<File>} chosen */
  const addFiles = (chosen) => {
    const rows = [...chosen]
      .slice(0, MOST_FILES - files.length)
      .map((file) =>
        startUpload(file, (id, changes) =>
          setFiles((all) => all.map((file) => (file.key === id ? { ...file, ...changes } : file))),
        ),
      );
    setFiles((all) => [...all, ...rows]);
  };
  /** @param {Staged} row */
  const dropFile = (row) => {
    row.stop();
    forget(row);
    setFiles((all) => all.filter((file) => file.key !== row.key));
    if (row.file) api.remove(`/files/${row.file.id}`).catch(() => {});
  };
  const forgetFiles = () => {
    files.forEach(forget);
    setFiles([]);
  };
  return { files, addFiles, dropFile, forgetFiles };
}

/** @param {Staged} row */
const forget = (row) => row.picture && URL.revokeObjectURL(row.picture);

/** @param {{rows: Staged[], onDrop: (row: Staged) => void}} props */
export function StagedFiles({ rows, onDrop }) {
  if (!rows.length) return null;
  return html`
    <ul class="staged">
      ${rows.map(
        (row) => html`
          <li key=${row.key} class=${classes(row.error && "failed")}>
            ${
              row.picture && !row.error
                ? html`<img class="staged-picture" src=${row.picture} alt="" />`
                : html`<${Icon} name=${row.error ? "warn" : ICONS[kindOf(row.type)]} />`
            }
            <span class="file-name">
              <${Name}>${row.name}<//>
            </span>
            <span class="file-size">
              ${row.error || (row.file ? size(row.size) : `${number(Math.round(row.share * 100))}%`)}
            </span>
            ${
              !row.file &&
              !row.error &&
              html`
                <progress max="1" value=${row.share} aria-label=${stripBidi(row.name)}></progress>`
            }
            <${IconButton}
              name="close"
              label=${t("composer.removeFile", { name: stripBidi(row.name) })}
              onClick=${() => onDrop(row)}
            />
          </li>`,
      )}
    </ul>`;
}

/** @param {File} file @param {(key: string, changes: Partial<Staged>) => void} change @returns {Staged} */
function startUpload(file, change) {
  const key = `${Date.now()}-${Math.random()}`;
  /** @type {Staged} */
  const row = {
    key,
    name: file.name || "image.png",
    type: file.type,
    picture: kindOf(file.type) === "picture" ? URL.createObjectURL(file) : "",
    size: file.size,
    share: 0,
    file: null,
    error: "",
    stop: () => {},
  };
  const most = Number(setting("files-max-bytes")) || Infinity;
  if (file.size > most) return { ...row, error: t("composer.tooLarge", { size: size(most) }) };
  if (!file.size) return { ...row, error: t("composer.emptyFile") };
  const sending = api.upload(file, (share) => change(key, { share }));
  sending.done.then(
    (stored) => change(key, { file: stored, share: 1 }),
    (error) => change(key, { error: error.sentence ?? String(error) }),
  );
  return { ...row, stop: sending.stop };
}

/**
 * Files dropped anywhere on the page belong to the open conversation.
 *
 * @param {(files: Iterable<File>) => void} addFiles
 * @param {boolean} isOn
 */
export function useDrop(addFiles, isOn) {
  const latest = useRef(addFiles);
  latest.current = addFiles;
  useEffect(() => {
    if (!isOn) return undefined;
    /** @param {DragEvent} event */
    const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
    /** @param {DragEvent} event */
    const over = (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      document.body.dataset.drop = t("composer.drop");
      document.body.classList.add("dropping");
    };
    /** @param {DragEvent} event */
    const leave = (event) => event.relatedTarget === null && document.body.classList.remove("dropping");
    /** @param {DragEvent} event */
    const drop = (event) => {
      document.body.classList.remove("dropping");
      if (!hasFiles(event)) return;
      event.preventDefault();
      latest.current(event.dataTransfer?.files ?? []);
    };
    addEventListener("dragover", over);
    addEventListener("dragleave", leave);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", over);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drop);
    };
  }, [isOn]);
}
