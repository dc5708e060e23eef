/** Where one writes: text, mentions, emoji, files by choice, drop or paste, and how others will read it. */
import * as api from "../api.js";
import { classes, html, tabStore, setting, useEffect, useLayoutEffect, useRef, useState, withValue } from "../core.js";
import { languageName, LANGUAGES, number, size, t } from "../i18n.js";
import { forSending, renderText, stripBidi } from "../text.js";
import { withToast } from "../toasts.js";
import { EmojiButton } from "./emoji.js";
import { Avatar, Icon, IconButton, Name } from "./parts.js";

const MOST_LETTERS = 8000;
const MOST_FILES = 10;
const TYPING_EVERY = 3000;

/** @import { PreviewResource } from "../../../schema" */
/** @import { Closing, InConversation, On, Person, Ref, Room, SentFile } from "../../../types" */

/**
 * A file on its way up; `share` from 0 to 1.
 *
 * @typedef {{
 *   key: string, name: string, size: number, share: number, file: SentFile | null, error: string, stop: () => void,
 * }} Staged
 */
/** Whom a mention may name; the channel has no id. @typedef {Partial<Person> & {name: string}} Choice */

/**
 * @param {InConversation & {parent?: string | null, label: string, onTyping?: () => void, autofocus?: boolean}} props
 */
export function Composer({ conversation, room, parent = null, label, onTyping, autofocus = false }) {
  const draftName = `draft.${room.me?.id}.${conversation.id}.${parent ?? ""}`;
  const [value, setValue] = useState(() => draftOf(draftName)?.text ?? "");
  const [files, setFiles] = useState(/** @type {Staged[]} */ ([]));
  const [picking, setPicking] = useState(/** @type {{from: number, query: string, at: number} | null} */ (null));
  const [isPreviewing, setPreviewing] = useState(false);
  const mentions = useRef(new Map(draftOf(draftName)?.mentions ?? []));
  /** @type {Ref<HTMLTextAreaElement>} */
  const box = useRef(null);
  /** @type {Ref<HTMLInputElement>} */
  const chooser = useRef(null);
  const lastTyped = useRef(-TYPING_EVERY); // the first key counts, also right after the page was loaded
  const [isEager, setEager] = useState(false);

  useLayoutEffect(() => {
    const area = box.current;
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, 240)}px`;
  }, [value]);
  useLayoutEffect(() => {
    if (autofocus && hasKeyboard()) box.current.focus();
  }, [conversation]);

  /** @param {string} text */
  const write = (text) => {
    setValue(text);
    tabStore.set(draftName, text ? { text, mentions: [...mentions.current] } : null);
    setPicking(mentionAt(text, box.current?.selectionStart ?? text.length));
    if (text && onTyping && performance.now() - lastTyped.current > TYPING_EVERY) {
      lastTyped.current = performance.now();
      onTyping();
    }
  };
  /**
   * Put `text` into the box at once, with the caret at `to`: the next key may come before the next frame.
   *
   * @param {string} text
   * @param {number} to
   */
  const replace = (text, to) => {
    box.current.value = text;
    box.current.focus();
    box.current.setSelectionRange(to, to);
    write(text);
  };
  /** @param {string} text */
  const insert = (text) => {
    const { selectionStart: from, selectionEnd: to } = box.current;
    replace(value.slice(0, from) + text + value.slice(to), from + text.length);
  };
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
    setFiles((all) => all.filter((file) => file.key !== row.key));
    if (row.file) api.remove(`/files/${row.file.id}`).catch(() => {});
  };

  const content = forSending(value.trim(), mentions.current);
  const letters = Array.from(content).length;
  const isUploading = files.some((file) => !file.file && !file.error);
  const ready = files.flatMap((file) => file.file ?? []);
  const canSend = (content || ready.length > 0) && letters <= MOST_LETTERS && !isUploading && !room.isClosed;

  // Sent while a file is still on its way: as soon as it is there.
  useEffect(() => {
    if (isEager && !isUploading) {
      setEager(false);
      send();
    }
  }, [isEager, isUploading]);
  const send = () => {
    if (isUploading) return setEager(true);
    if (!canSend) return;
    conversation.outbox.add({
      content,
      files: ready.map(({ id, client_name, size: bytes }) => ({ id, client_name, size: bytes })),
      parent,
    });
    mentions.current = new Map();
    tabStore.set(draftName, null);
    setValue("");
    setFiles([]);
    setPicking(null);
    setPreviewing(false);
    lastTyped.current = 0;
    box.current.focus();
  };
  const choices = picking ? people(room, picking.query) : [];
  /** @param {Choice} person */
  const choose = (person) => {
    if (!picking) return;
    if (person.id) mentions.current.set(person.name, String(person.id));
    const rest = box.current.value.slice(box.current.selectionStart);
    replace(`${value.slice(0, picking.from)}@${person.name} ${rest}`, picking.from + person.name.length + 2);
    setPicking(null);
  };
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (picking && choices.length) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        const step = event.key === "ArrowDown" ? 1 : -1;
        return setPicking({ ...picking, at: (picking.at + step + choices.length) % choices.length });
      }
      if (event.key === "Enter" || event.key === "Tab") {
        event.preventDefault();
        return choose(choices[picking.at] ?? choices[0]);
      }
      if (event.key === "Escape") {
        event.stopPropagation();
        return setPicking(null);
      }
    }
    if (event.key === "ArrowUp" && !value && !parent && conversation.editNewest()) event.preventDefault();
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    }
    return undefined;
  };
  /** @param {ClipboardEvent} event */
  const onPaste = (event) => {
    const pasted = event.clipboardData?.files;
    if (!pasted?.length) return;
    event.preventDefault();
    addFiles(pasted);
  };
  /** @param {On<HTMLInputElement>} event */
  const onChoose = ({ currentTarget: field }) => {
    addFiles(field.files ?? []);
    field.value = "";
  };
  /** @param {Event} event */
  const onSubmit = (event) => {
    event.preventDefault();
    send();
  };
  useDrop(addFiles, !parent);

  return html`
    <form class="composer" onSubmit=${onSubmit}>
      ${
        isPreviewing &&
        content &&
        html`
          <${Preview} content=${content} room=${room} onClose=${() => setPreviewing(false)} />`
      }
      ${
        choices.length > 0 &&
        html`
          <ul class="choices" role="listbox" id="choices" aria-label=${t("composer.mention")}>
            ${choices.map(
              (person, i) => html`
                <li
                  key=${person.id ?? "channel"}
                  id=${`choice-${i}`}
                  role="option"
                  aria-selected=${i === picking?.at}
                  onMouseDown=${(/** @type {Event} */ event) => {
                    event.preventDefault();
                    choose(person);
                  }}
                >
                  ${
                    person.id
                      ? html`
                        <${Avatar}
                          name=${person.name}
                          url=${person.avatar_url}
                          seed=${`user${person.id}`}
                          size="small"
                        />`
                      : html`
                        <span class="avatar small">
                          <${Icon} name="people" />
                        </span>`
                  }
                  <span>
                    <${Name}>${person.name}<//>
                  </span>
                  ${person.language && html`<span class="hint">${languageName(person.language)}</span>`}
                  ${!person.id && html`<span class="hint">${t("composer.everybody")}</span>`}
                </li>`,
            )}
          </ul>`
      }
      ${
        files.length > 0 &&
        html`
          <ul class="staged">
            ${files.map(
              (row) => html`
                <li key=${row.key} class=${classes(row.error && "failed")}>
                  <${Icon} name=${row.error ? "warn" : "file"} />
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
                    onClick=${() => dropFile(row)}
                  />
                </li>`,
            )}
          </ul>`
      }
      <div class="composer-row">
        <input
          ref=${chooser}
          type="file"
          multiple
          hidden
          onChange=${onChoose}
        />
        ${
          room.canAttach &&
          html`
            <${IconButton} name="clip" label=${t("composer.attach")} onClick=${() => chooser.current.click()} />`
        }
        <textarea
          ref=${box}
          rows="1"
          data-first=${hasKeyboard() ? "" : undefined}
          dir="auto"
          aria-label=${label}
          placeholder=${label}
          value=${value}
          disabled=${room.isClosed}
          aria-controls=${choices.length ? "choices" : undefined}
          aria-autocomplete=${room.people ? "list" : undefined}
          aria-activedescendant=${picking && choices.length ? `choice-${picking.at}` : undefined}
          onInput=${withValue(write)}
          onKeyDown=${onKeyDown}
          onPaste=${onPaste}
          onBlur=${() => setPicking(null)}
        ></textarea>
        <${EmojiButton} label=${t("composer.emoji")} onPick=${insert} />
        ${
          room.canPreview &&
          html`
            <${IconButton}
              name="eye"
              label=${t("preview.open")}
              aria-pressed=${isPreviewing}
              disabled=${!content}
              onClick=${() => setPreviewing(!isPreviewing)}
            />`
        }
        <button
          class="send"
          aria-label=${t("composer.send")}
          title=${t("composer.send")}
          disabled=${!canSend && !isUploading}
        >
          <${Icon} name="send" />
        </button>
      </div>
      ${
        letters > MOST_LETTERS - 500 &&
        html`
          <p class=${classes("count", letters > MOST_LETTERS && "over")} role="status">
            ${t("composer.letters", { count: letters, most: MOST_LETTERS })}
          </p>`
      }
    </form>`;
}

/** Whether one writes with keys: on a touch screen the focus would bring up half a screen of them. */
const hasKeyboard = () => matchMedia("(hover: hover)").matches;

/** @param {string} name @returns {{text: string, mentions: [string, string][]} | null} */
const draftOf = (name) => tabStore.get(name);

/** The word after an @ at the caret, or null. @param {string} text @param {number} caret */
function mentionAt(text, caret) {
  const match = /(?:^|[\s(（、。，])@([^\s@]{0,40})$/u.exec(text.slice(0, caret));
  return match ? { from: caret - match[1].length - 1, query: match[1].toLocaleLowerCase(), at: 0 } : null;
}

/** @param {Room} room @param {string} query @returns {Choice[]} */
function people(room, query) {
  if (!room.people) return [];
  const all = [
    ...room.people.filter((person) => person.id !== room.me?.id),
    ...(room.hasChannel ? [{ name: "channel" }] : []),
  ];
  return all.filter((person) => person.name.toLocaleLowerCase().includes(query)).slice(0, 8);
}

/** @param {File} file @param {(key: string, changes: Partial<Staged>) => void} change @returns {Staged} */
function startUpload(file, change) {
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
function useDrop(addFiles, isOn) {
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

/**
 * The draft as somebody with another language will read it, and what that says when read back.
 *
 * @param {Closing & {content: string, room: Room}} props
 */
function Preview({ content, room, onClose }) {
  const others = room.languages ?? [];
  const choices = (others.length ? others : Object.keys(LANGUAGES)).filter((code) => code !== room.language);
  const [language, setLanguage] = useState(choices[0] ?? "en");
  const [preview, setPreview] = useState(/** @type {PreviewResource | null} */ (null));
  const [isAsking, setAsking] = useState(false);
  useEffect(() => {
    if (!content) return undefined;
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
            ${choices.map(
              (code) => html`
                <option key=${code} value=${code} selected=${code === language}>
                  ${languageName(code)}
                </option>`,
            )}
          </select>
        </label>
        ${readers.length > 0 && html`<span class="hint">${readers.slice(0, 3).map(stripBidi).join(", ")}</span>`}
        <${IconButton} name="close" label=${t("close")} onClick=${onClose} />
      </header>
      ${
        preview?.text &&
        html`
          <p class="text preview-text" lang=${preview.target} dir="auto">
            ${renderText(preview.text, { names: room.names, me: room.me })}
          </p>
          ${
            preview.back_translation &&
            html`
              <p class="hint">
                ${t("preview.back")}${" "}
                <span class="preview-back" lang=${preview.source} dir="auto">
                  ${renderText(preview.back_translation, { names: room.names, me: room.me })}
                </span>
              </p>`
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
        !preview &&
        html`
          <p class="translating">
            <span class="shimmer"></span>
            <span>${t("translation.pending")}</span>
          </p>`
      }
    </section>`;
}
