/** A small choice of emoji, found by words of one's language or by looking. */
import { html, localStore, useLayoutEffect, useRef, useState, withValue } from "../core.js";
import { spoken, t } from "../i18n.js";
import { Icon } from "./parts/icons.js";
import { float } from "./parts/menu.js";

export const QUICK = ["👍", "❤️", "😂", "🎉", "🙏", "👀"];

const ROWS = [
  "👍 👎 ❤️ 😂 🎉 🙏 👀 ✅ ❌ 🔥 💯 👏",
  "😀 😃 😄 😁 😅 🤣 😊 🙂 😉 😍 🥰 😘 😜 🤔 🤨 😐 😏 🙄 😬 😴 😷 🤒 🥳 😎 🤓 😕 😟 😢 😭 😤 😡 🤯 😱 🤗 🤫 😇 🫡 🥲 🤝",
  "👋 🙌 💪 🤞 👌 ✌️ 🫶 👉 👈 ☝️ ✍️ 🙇 🤷 🤦 🙋",
  "🐶 🐱 🐼 🦊 🐘 🦄 🐢 🐬 🌸 🌺 🌻 🍀 🌴 🌊 ☀️ 🌙 ⭐ 🌈 ⛈️ ❄️",
  "🍎 🍜 🍣 🍛 🍕 🍔 🌶️ 🥭 🍵 ☕ 🍺 🍰 🎂",
  "⚽ 🏀 🎮 🎵 🎨 📷 ✈️ 🚄 🚗 🏠 🏢 🏥 🎁 💡 💰 📅 📌 📎 📈 📦 🔧 🐛 🚀 ⏰ ⏳ 🔒 🔔 ❓ ❗ ➕ 🆗 🇯🇵 🇹🇭 🇨🇳 🇮🇩 🇬🇧",
].map((row) => row.split(" "));

/** @import { Closing, On, Ref } from "../../../types" */

/** What emoji are called: their name first, then other words. @typedef {Record<string, string[]>} Names */

/** By language, once somebody asks. @type {Map<string, Promise<Names>>} */
const catalogues = new Map();

/** @param {string} code @returns {Promise<Names>} */
function namesIn(code) {
  const known = catalogues.get(code);
  if (known) return known;
  const names = readNames(code).catch(() => {
    catalogues.delete(code);
    return {};
  });
  catalogues.set(code, names);
  return names;
}

/** @param {string} code @returns {Promise<Names>} */
async function readNames(code) {
  const answer = await fetch(new URL(`../vendor/emoji/${code}.json`, import.meta.url));
  return answer.ok ? answer.json() : {};
}

/** @returns {string[]} */
const recentEmoji = () => localStore.get("emoji") ?? [];

/** @type {Record<string, number>} */
const STEPS = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 8, ArrowUp: -8 };

/** @param {Closing & {onPick: (emoji: string) => void}} props */
function Picker({ onPick, onClose }) {
  const [query, setQuery] = useState("");
  const [words, setWords] = useState(/** @type {Names[]} */ ([]));
  /** @type {Ref<HTMLElement>} */
  const root = useRef(null);
  const field = () => root.current.querySelector("input");
  useLayoutEffect(() => {
    const anchor = /** @type {Element} */ (root.current.parentElement);
    /** @param {Event} event */
    const away = (event) => anchor.contains(/** @type {Node} */ (event.target)) || onClose();
    document.addEventListener("pointerdown", away);
    float(root.current, anchor);
    field()?.focus();
    Promise.all([namesIn(spoken()), namesIn("en")]).then(setWords);
    return () => document.removeEventListener("pointerdown", away);
  }, []);
  /** @param {string} emoji */
  const pick = (emoji) => {
    localStore.set("emoji", [emoji, ...recentEmoji().filter((other) => other !== emoji)].slice(0, 8));
    onPick(emoji);
    onClose();
  };
  const wanted = query.trim().toLocaleLowerCase();
  /** @param {string} emoji */
  const isFound = (emoji) =>
    words.some((names) => names[emoji]?.some((word) => word.toLocaleLowerCase().includes(wanted)));
  const rows = wanted ? [ROWS.flat().filter(isFound)] : [recentEmoji(), ...ROWS].filter((row) => row.length);
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
      if (rows[0]?.[0]) pick(rows[0][0]);
    }
    const step = STEPS[event.key];
    if (step) {
      const all = [...root.current.querySelectorAll("button")];
      const at = all.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
      event.preventDefault();
      if (at + step < 0) field()?.focus();
      else all[Math.min(all.length - 1, at < 0 ? 0 : at + step)]?.focus();
    }
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
      <div class="picker-rows">
        ${
          wanted &&
          !rows[0].length &&
          html`
            <p class="hint" role="status">
              ${t("search.none")}
            </p>`
        }
        ${rows.map(
          (row, i) => html`
            <div class="picker-row" key=${i}>
              ${row.map(
                (emoji) => html`
                  <button
                    key=${emoji}
                    type="button"
                    title=${words[0]?.[emoji]?.[0]}
                    aria-label=${words[0]?.[emoji]?.[0] ?? emoji}
                    onClick=${() => pick(emoji)}
                  >
                    ${emoji}
                  </button>`,
              )}
            </div>`,
        )}
      </div>
    </div>`;
}

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
