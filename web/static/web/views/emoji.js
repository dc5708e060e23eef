/** A choice of emoji, found by words of one's language or by looking. */
import { classes, html, useLayoutEffect, useRef, useState, withValue } from "../core.js";
import {
  chooseTone,
  chosenTone,
  emojiGroups,
  emojiNames,
  findEmoji,
  noteEmoji,
  recentEmoji,
  toned,
  TONES,
} from "../emoji_tables.js";
import { t } from "../i18n.js";
import { Icon } from "./parts/icons.js";
import { float } from "./parts/menu.js";

/** @import { Closing, On, Ref } from "../../../types" */
/** @import { Names } from "../emoji_tables.js" */

export const QUICK = ["👍", "❤️", "😂", "🎉", "🙏", "👀"];

/** What stands for a group among the tabs. @type {Record<string, string>} */
const SIGNS = {
  recent: "🕘",
  smileys: "😀",
  people: "👋",
  nature: "🐻",
  food: "🍔",
  travel: "✈️",
  activities: "⚽",
  objects: "💡",
  symbols: "🔣",
  flags: "🏁",
};

/** @type {Record<string, number>} */
const STEPS = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 8, ArrowUp: -8 };

/** @param {Closing & {onPick: (emoji: string) => void}} props */
function Picker({ onPick, onClose }) {
  const [query, setQuery] = useState("");
  const [names, setNames] = useState(/** @type {Names[]} */ ([]));
  const [table, setTable] = useState({
    groups: /** @type {Record<string, string[]>} */ ({ smileys: QUICK }),
    toned: new Set(),
  });
  const [group, setGroup] = useState(recentEmoji().length ? "recent" : "smileys");
  const [tone, setTone] = useState(chosenTone);
  /** @type {Ref<HTMLElement>} */
  const root = useRef(null);
  const field = () => root.current?.querySelector("input");
  useLayoutEffect(() => {
    const anchor = /** @type {Element} */ (root.current.parentElement);
    /** @param {Event} event */
    const away = (event) => anchor.contains(/** @type {Node} */ (event.target)) || onClose();
    document.addEventListener("pointerdown", away);
    float(root.current, anchor);
    field()?.focus();
    emojiNames().then(setNames);
    emojiGroups().then((read) => Object.keys(read.groups).length && setTable(read));
    return () => document.removeEventListener("pointerdown", away);
  }, []);
  /** @param {string} emoji */
  const inTone = (emoji) => (table.toned.has(emoji) ? toned(emoji, tone) : emoji);
  /** @param {string} emoji */
  const pick = (emoji) => {
    noteEmoji(emoji);
    onPick(emoji);
    onClose();
  };
  const recent = recentEmoji();
  const groups = recent.length ? { recent, ...table.groups } : table.groups;
  const wanted = query.trim();
  const shown = wanted ? findEmoji(names, wanted).map(inTone) : (groups[group] ?? []);
  const row = wanted || group === "recent" ? shown : shown.map(inTone);
  /** @param {string} emoji */
  const nameOf = (emoji) => (names[0]?.[emoji] ?? names[0]?.[withoutTone(emoji)])?.[0];
  /** @param {On<HTMLElement, KeyboardEvent>} event */
  const onKeyDown = (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      onClose();
    }
    const isTyping = event.target.tagName === "INPUT";
    if (event.isComposing || (isTyping && event.key.startsWith("Arrow") && event.key !== "ArrowDown")) return;
    if (event.key === "Enter" && isTyping) {
      event.preventDefault();
      if (row[0]) pick(row[0]);
    }
    const step = STEPS[event.key];
    if (step && (isTyping || event.target.closest(".picker-rows"))) {
      const all = [...root.current.querySelectorAll(".picker-rows button")];
      const at = all.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
      event.preventDefault();
      if (at + step < 0) field()?.focus();
      else /** @type {HTMLElement} */ (all[Math.min(all.length - 1, at < 0 ? 0 : at + step)])?.focus();
    }
  };
  /** @param {string} next */
  const changeTone = (next) => {
    chooseTone(next);
    setTone(next);
  };
  return html`
    <div class="picker" ref=${root} role="dialog" aria-label=${t("emoji.title")} onKeyDown=${onKeyDown}>
      <input
        type="search"
        aria-label=${t("emoji.search")}
        placeholder=${t("emoji.search")}
        value=${query}
        onInput=${withValue(setQuery)}
      />
      <div class="picker-groups" role="group" aria-label=${t("emoji.groups")}>
        ${Object.keys(groups).map(
          (name) => html`
            <button
              key=${name}
              type="button"
              class=${classes(!wanted && name === group && "on")}
              aria-pressed=${!wanted && name === group}
              aria-label=${t(`emoji.${name}`)}
              title=${t(`emoji.${name}`)}
              onClick=${() => (setQuery(""), setGroup(name))}
            >
              ${SIGNS[name]}
            </button>`,
        )}
      </div>
      <div class="picker-rows" key=${wanted ? "found" : group}>
        ${
          wanted &&
          !row.length &&
          html`
            <p class="hint" role="status">
              ${t("search.none")}
            </p>`
        }
        <div class="picker-row">
          ${row.map(
            (emoji) => html`
              <button
                key=${emoji}
                type="button"
                title=${nameOf(emoji)}
                aria-label=${nameOf(emoji) ?? emoji}
                onClick=${() => pick(emoji)}
              >
                ${emoji}
              </button>`,
          )}
        </div>
      </div>
      <div class="picker-tones" role="group" aria-label=${t("emoji.tone")}>
        <span class="hint" aria-hidden="true">${t("emoji.tone")}</span>
        ${TONES.map(
          (value, i) => html`
            <button
              key=${i}
              type="button"
              class=${classes(value === tone && "on")}
              aria-pressed=${value === tone}
              aria-label=${t(`emoji.tone${i}`)}
              title=${t(`emoji.tone${i}`)}
              onClick=${() => changeTone(value)}
            >
              ${toned("✋", value)}
            </button>`,
        )}
      </div>
    </div>`;
}

/** @param {string} emoji */
const withoutTone = (emoji) => emoji.replace(/[\u{1F3FB}-\u{1F3FF}]/u, "");

/** @param {{label: string, onPick: (emoji: string) => void}} props */
export function EmojiButton({ label, onPick }) {
  const [isOpen, setOpen] = useState(false);
  /** @type {Ref<HTMLButtonElement>} */
  const button = useRef(null);
  /** What was picked may have put the focus where it belongs, such as the box to write in: then it stays there. */
  const close = () => {
    const active = document.activeElement;
    setOpen(false);
    if (!active || active === document.body || active.closest(".picker")) button.current?.focus();
  };
  return html`
    <div class="emoji-button">
      <button
        ref=${button}
        type="button"
        class="icon-button"
        aria-label=${label}
        title=${label}
        aria-expanded=${isOpen}
        onClick=${() => setOpen(!isOpen)}
      >
        <${Icon} name="smile" />
      </button>
      ${isOpen && html`<${Picker} onPick=${onPick} onClose=${close} />`}
    </div>`;
}
