/** The keys of the client: what they do, wherever one is, and the page that lists them. */
import { html, useEffect, useRef } from "../core.js";
import { t } from "../i18n.js";
import { Dialog } from "./parts/dialog.js";

/** @import { Closing } from "../../../types" */

const isMac = /Mac|iPhone|iPad/u.test(navigator.platform);
/** The key of most shortcuts, as it is called here. */
export const MOD = isMac ? "⌘" : "Ctrl";
/** @type {Record<string, string>} */
const NAMES = { Mod: MOD, Alt: isMac ? "⌥" : "Alt", Shift: isMac ? "⇧" : "Shift" };

/** What is listed: each group's keys, separate ways to the same with "|", and the end of its sentence's key. */
const GROUPS = [
  {
    name: "go",
    rows: [
      ["Mod K", "switcher"],
      ["Alt ↓|Alt ↑", "places"],
      ["Alt Shift ↓|Alt Shift ↑", "unread"],
      ["Mod Shift F", "search"],
      ["Esc", "close"],
      ["?|Mod /", "help"],
    ],
  },
  {
    name: "messages",
    rows: [
      ["↑|↓", "messages"],
      ["→|←", "tools"],
      ["R", "reply"],
      ["E", "edit"],
      ["O", "original"],
      ["Delete", "delete"],
    ],
  },
  {
    name: "writing",
    rows: [
      ["Enter", "send"],
      ["Shift Enter", "line"],
      ["↑", "editLast"],
      ["Mod B", "bold"],
      ["Mod I", "italic"],
      ["Mod Shift X", "strike"],
      ["Mod Shift C", "code"],
      ["Mod K", "link"],
    ],
  },
];

/** @typedef {"switcher" | "search" | "help" | "next" | "previous" | "nextUnread" | "previousUnread"} Command */

/** Whether keys are letters there. @param {EventTarget | null} target */
const isTyping = (target) =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));

/** What a key asks for, wherever one is. @param {KeyboardEvent} event @returns {Command | undefined} */
export function commandOf(event) {
  const { key, altKey, shiftKey } = event;
  if (event.isComposing) return undefined;
  const isMod = event.ctrlKey || event.metaKey;
  if (isMod && !altKey && !shiftKey && key.toLowerCase() === "k") return "switcher";
  if (isMod && !altKey && shiftKey && key.toLowerCase() === "f") return "search";
  if ((isMod && !altKey && key === "/") || (key === "?" && !isMod && !altKey && !isTyping(event.target))) return "help";
  if (!altKey || isMod) return undefined;
  if (key === "ArrowDown") return shiftKey ? "nextUnread" : "next";
  return key === "ArrowUp" ? (shiftKey ? "previousUnread" : "previous") : undefined;
}

/**
 * Do what a key asks for; not behind an open dialog, but for what `isAllowed` names.
 *
 * @param {(command: Command) => void} run
 * @param {(command: Command) => boolean} isAllowed in an open dialog
 */
export function useShortcuts(run, isAllowed) {
  const latest = useRef({ run, isAllowed });
  latest.current = { run, isAllowed };
  useEffect(() => {
    /** @param {KeyboardEvent} event */
    const onKey = (event) => {
      const command = event.defaultPrevented ? undefined : commandOf(event);
      if (!command || (document.querySelector("dialog[open]") && !latest.current.isAllowed(command))) return;
      event.preventDefault();
      event.stopPropagation();
      latest.current.run(command);
    };
    // The arrows before what they would move in; Ctrl+K after the box that makes a link of its selection.
    /** @param {KeyboardEvent} event */
    const onArrow = (event) => event.altKey && onKey(event);
    addEventListener("keydown", onArrow, true);
    addEventListener("keydown", onKey);
    return () => {
      removeEventListener("keydown", onArrow, true);
      removeEventListener("keydown", onKey);
    };
  }, []);
}

/** Every key, and what it does. @param {Closing} props */
export const Shortcuts = ({ onClose }) => html`
  <${Dialog} title=${t("shortcuts.title")} wide onClose=${onClose}>
    <div class="shortcuts">
      ${GROUPS.map(
        ({ name, rows }) => html`
          <section key=${name} aria-labelledby=${`shortcuts-${name}`}>
            <h3 id=${`shortcuts-${name}`}>${t(`shortcuts.${name}`)}</h3>
            <dl>
              ${rows.map(
                ([keys, end]) => html`
                  <div key=${end}>
                    <dt>${t(`shortcut.${end}`)}</dt>
                    <dd><${Keys} keys=${keys} /></dd>
                  </div>`,
              )}
            </dl>
          </section>`,
      )}
    </div>
  <//>`;

/** @param {{keys: string}} props */
const Keys = ({ keys }) =>
  keys.split("|").map(
    (way, i) => html`
      ${i > 0 && " "}
      <span class="keys" key=${way}>
        ${way.split(" ").map((key) => html`<kbd key=${key}>${NAMES[key] ?? key}</kbd>`)}
      </span>`,
  );
