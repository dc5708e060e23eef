/** Where one writes: text, mentions, emoji, files by choice, drop or paste, and how others will read it. */
import { classes, html, useEffect, useLayoutEffect, useRef, useState, withValue } from "../../core.js";
import { t } from "../../i18n.js";
import { forSending } from "../../text.js";
import { EmojiButton } from "../emoji.js";
import { Icon, IconButton } from "../parts/icons.js";
import { Broadcast } from "./broadcast.js";
import { Choices, useCompletion } from "./completion.js";
import { useDraft } from "./draft.js";
import { StagedFiles, useDrop, useStagedFiles } from "./files.js";
import { Preview } from "./preview.js";
import { onMarkdownKey, onMarkdownPaste, Toolbar, useToolbar } from "./typing.js";

/** @import { InConversation, On, Ref } from "../../../../types" */

const MOST_LETTERS = 8000;
const TYPING_EVERY = 3000;

/**
 * @param {InConversation & {parent?: string | null, label: string, onTyping?: () => void, autofocus?: boolean}} props
 */
export function Composer({ conversation, room, parent = null, label, onTyping, autofocus = false }) {
  const draft = useDraft(room, conversation, parent);
  const [value, setValue] = useState(draft.first.text);
  const { files, addFiles, dropFile, forgetFiles } = useStagedFiles();
  const [isPreviewing, setPreviewing] = useState(false);
  const mentions = useRef(new Map(draft.first.mentions));
  /** @type {Ref<HTMLTextAreaElement>} */
  const box = useRef(null);
  /** @type {Ref<HTMLInputElement>} */
  const chooser = useRef(null);
  const lastTyped = useRef(-TYPING_EVERY); // the first key counts, also right after the page was loaded
  const [isEager, setEager] = useState(false);
  const [isBroadcast, setBroadcast] = useState(false);
  const toolbar = useToolbar(hasKeyboard());

  useLayoutEffect(() => {
    const area = box.current;
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, 240)}px`;
  }, [value]);
  useLayoutEffect(() => {
    if (autofocus && hasKeyboard()) box.current.focus();
  }, [conversation]);

  draft.useOther(value, mentions.current, (typed) => {
    mentions.current = new Map(typed.mentions);
    setValue(typed.text);
  });

  /** @param {string} text */
  const write = (text) => {
    setValue(text);
    draft.keep(text, mentions.current);
    completion.look(text, box.current?.selectionStart ?? text.length);
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
  const completion = useCompletion(room, (from, insert, choice) => {
    if (choice?.id) mentions.current.set(choice.name, choice.id);
    const { value: text, selectionStart: caret } = box.current;
    replace(text.slice(0, from) + insert + text.slice(caret), from + insert.length);
  });
  const { choices } = completion;
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
      isBroadcast: parent !== null && isBroadcast,
    });
    setBroadcast(false);
    mentions.current = new Map();
    draft.keep("", mentions.current);
    setValue("");
    forgetFiles();
    completion.close();
    setPreviewing(false);
    lastTyped.current = 0;
    box.current.focus();
  };
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.isComposing || event.keyCode === 229 || onMarkdownKey(event, box.current)) return;
    if (completion.onKey(event)) return;
    if (event.key === "ArrowUp" && !event.altKey && !value && !parent && conversation.editNewest())
      event.preventDefault();
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    }
  };
  /** @param {ClipboardEvent} event */
  const onPaste = (event) => {
    const pasted = event.clipboardData?.files;
    // A copied table comes with a picture of itself.
    if (onMarkdownPaste(event, box.current) || !pasted?.length) return;
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
      <${Choices} rows=${choices} at=${completion.at} onChoose=${completion.choose} />
      <${StagedFiles} rows=${files} onDrop=${dropFile} />
      <div class="composer-box">
      ${toolbar.isShown && html`<${Toolbar} box=${box} isOff=${room.isClosed} />`}
      <div class="composer-row" onMouseDown=${keepKeyboard}>
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
          aria-activedescendant=${choices.length ? `choice-${completion.at}` : undefined}
          onInput=${withValue(write)}
          onKeyDown=${onKeyDown}
          onPaste=${onPaste}
          onFocus=${markWriting}
          onBlur=${(/** @type {On<HTMLElement, FocusEvent>} */ event) => {
            completion.close();
            markWriting(event);
          }}
        ></textarea>
        <${IconButton}
          name="format"
          label=${t("format.title")}
          aria-pressed=${toolbar.isShown}
          onClick=${toolbar.toggle}
        />
        <${EmojiButton} label=${t("composer.emoji")} onPick=${insert} />
        <${IconButton}
          name="eye"
          label=${room.canPreview ? t("preview.open") : t("preview.own")}
          aria-pressed=${isPreviewing}
          disabled=${!content}
          onClick=${() => setPreviewing(!isPreviewing)}
        />
        <button
          class="send"
          aria-label=${t("composer.send")}
          title=${t("composer.send")}
          disabled=${!canSend && !isUploading}
        >
          <${Icon} name="send" />
        </button>
      </div>
      </div>
      ${
        parent &&
        room.onThread &&
        html`
          <${Broadcast} room=${room} isOn=${isBroadcast} onChange=${setBroadcast} />`
      }
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

/** Buttons beside the box do not take its focus on a touch screen: the keys would go away under the finger. */
/** @param {MouseEvent} event */
const keepKeyboard = (event) =>
  !hasKeyboard() && event.target instanceof Element && event.target.closest("button") && event.preventDefault();

/**
 * Mark that one writes there. The row keeps its shape until a tap elsewhere is a click, which else misses.
 *
 * @param {On<HTMLElement, FocusEvent>} event
 */
function markWriting({ currentTarget: textarea, type }) {
  const row = textarea.parentElement;
  if (type === "focus") row?.classList.add("writing");
  else setTimeout(() => document.activeElement !== textarea && row?.classList.remove("writing"), 400);
}
