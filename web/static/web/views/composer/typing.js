/** A box in which Markdown is typed: its keys, its buttons, and what is pasted into it. */
import { html, localStore, useRef, useState } from "../../core.js";
import { t } from "../../i18n.js";
import { formatOf, formatted, isInFence, nextLine } from "../../markdown/typing.js";
import { IconButton } from "../parts/icons.js";

/** @import { Ref } from "../../../../types" */
/** @import { Format, Typed } from "../../markdown/typing.js" */

/** @type {[Format, string][]} */
const BUTTONS = [
  ["bold", "B"],
  ["italic", "I"],
  ["strike", "⇧X"],
  ["link", "K"],
  ["code", "⇧C"],
  ["bullets", ""],
  ["numbers", ""],
  ["quoted", ""],
];
const MOST_PASTED = 200_000;
const isMac = /Mac|iPhone|iPad/u.test(navigator.platform);

/** @param {HTMLTextAreaElement} box @returns {Typed} */
const typedIn = (box) => ({ text: box.value, from: box.selectionStart, to: box.selectionEnd });

/**
 * Put a text into a box as if it were typed: it can be undone, and the box's view hears of it.
 *
 * @param {HTMLTextAreaElement} box
 * @param {Typed} typed
 */
function put(box, { text, from, to }) {
  const before = box.value;
  let start = 0;
  while (start < before.length && start < text.length && before[start] === text[start]) start += 1;
  let same = 0;
  const most = Math.min(before.length, text.length) - start;
  while (same < most && before[before.length - same - 1] === text[text.length - same - 1]) same += 1;
  box.focus();
  box.setSelectionRange(start, before.length - same);
  const added = text.slice(start, text.length - same);
  if (before !== text && !document.execCommand(added ? "insertText" : "delete", false, added)) {
    box.setRangeText(added);
    box.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
  box.setSelectionRange(from, to);
}

/** @param {HTMLTextAreaElement} box @param {Format} format */
const format = (box, format) => put(box, formatted(format, typedIn(box)));

/**
 * The keys of Markdown; whatever else is pressed is the view's own.
 *
 * @param {KeyboardEvent} event
 * @param {HTMLTextAreaElement} box
 * @returns {boolean} whether it was one of them
 */
export function onMarkdownKey(event, box) {
  const chosen = formatOf(event);
  // Without a selection, Ctrl+K opens the switcher.
  if (chosen && !(chosen === "link" && box.selectionStart === box.selectionEnd)) {
    event.preventDefault();
    event.stopPropagation();
    format(box, chosen);
    return true;
  }
  if (event.key !== "Enter" || !event.shiftKey) return false;
  const next = nextLine(typedIn(box));
  if (!next) return false;
  event.preventDefault();
  put(box, next);
  return true;
}

/**
 * Paste formatted text as Markdown.
 *
 * @param {ClipboardEvent} event
 * @param {HTMLTextAreaElement} box
 * @returns {boolean} whether there was any
 */
export function onMarkdownPaste(event, box) {
  const source = event.clipboardData?.getData("text/html") ?? "";
  const words = event.clipboardData?.getData("text/plain") ?? "";
  if (!source || !words || source.length > MOST_PASTED || isInFence(box.value.slice(0, box.selectionStart)))
    return false;
  event.preventDefault();
  const { text, from, to } = typedIn(box);
  import("../../markdown/pasted.js")
    .then(
      ({ markdownOf }) => markdownOf(source),
      () => "",
    )
    .then((markdown) => {
      const added = markdown || words;
      const caret = from + added.length;
      put(box, { text: text.slice(0, from) + added + text.slice(to), from: caret, to: caret });
    });
  return true;
}

/** Whether the buttons are shown, as was chosen in this browser last. @param {boolean} byDefault */
export function useToolbar(byDefault) {
  const [isShown, setShown] = useState(() => localStore.get("toolbar") ?? byDefault);
  /** @type {() => void} */
  const toggle = () => {
    localStore.set("toolbar", !isShown);
    setShown(!isShown);
  };
  return { isShown, toggle };
}

/** The buttons above a box. @param {{box: Ref<HTMLTextAreaElement>, isOff?: boolean}} props */
export function Toolbar({ box, isOff = false }) {
  const [at, setAt] = useState(0);
  /** @type {Ref<HTMLElement>} */
  const bar = useRef(null);
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -at, End: BUTTONS.length - 1 - at }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = (at + step + BUTTONS.length) % BUTTONS.length;
    setAt(next);
    bar.current.querySelectorAll("button")[next].focus();
  };
  return html`
    <div ref=${bar} class="toolbar" role="toolbar" aria-label=${t("format.title")} onKeyDown=${onKeyDown}>
      ${BUTTONS.map(([name, key], i) => {
        const label = t(`format.${name}`);
        return html`
          <${IconButton}
            key=${name}
            name=${name}
            label=${label}
            title=${key ? `${label} (${isMac ? "⌘" : "Ctrl "}${key.replace("⇧", isMac ? "⇧" : "Shift ")})` : label}
            tabindex=${i === at ? undefined : -1}
            disabled=${isOff}
            onFocus=${() => setAt(i)}
            onMouseDown=${(/** @type {Event} */ event) => event.preventDefault()}
            onClick=${() => format(box.current, name)}
          />`;
      })}
    </div>`;
}
