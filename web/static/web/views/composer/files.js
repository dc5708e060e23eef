/** Files that are chosen for a message, on their way up. */
import * as api from "../../api.js";
import { setting, useEffect, useRef } from "../../core.js";
import { size, t } from "../../i18n.js";

/** @import { Person, SentFile } from "../../../../types" */

/**
 * A file on its way up; `share` from 0 to 1.
 *
 * @typedef {{
 *   key: string, name: string, size: number, share: number, file: SentFile | null, error: string, stop: () => void,
 * }} Staged
 */
/** Whom a mention may name; the channel has no id. @typedef {Partial<Person> & {name: string}} Choice */

/** @param {File} file @param {(key: string, changes: Partial<Staged>) => void} change @returns {Staged} */
export function startUpload(file, change) {
  const key = `${Date.now()}-${Math.random()}`;
  /** @type {Staged} */
  const row = {
    key,
    name: file.name || "image.png",
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
