/** A small choice of emoji, found by words of one's language or by looking. */
import { html, localStore, useLayoutEffect, useRef, useState } from "../core.js";
import { spoken, t } from "../i18n.js";
import { float, Icon } from "./parts.js";

export const QUICK = ["👍", "❤️", "😂", "🎉", "🙏", "👀"];

const ROWS = [
  "👍 👎 ❤️ 😂 🎉 🙏 👀 ✅ ❌ 🔥 💯 👏",
  "😀 😃 😄 😁 😅 🤣 😊 🙂 😉 😍 🥰 😘 😜 🤔 🤨 😐 😏 🙄 😬 😴 😷 🤒 🥳 😎 🤓 😕 😟 😢 😭 😤 😡 🤯 😱 🤗 🤫 😇 🫡 🥲 🤝",
  "👋 🙌 💪 🤞 👌 ✌️ 🫶 👉 👈 ☝️ ✍️ 🙇 🤷 🤦 🙋",
  "🐶 🐱 🐼 🦊 🐘 🦄 🐢 🐬 🌸 🌺 🌻 🍀 🌴 🌊 ☀️ 🌙 ⭐ 🌈 ⛈️ ❄️",
  "🍎 🍜 🍣 🍛 🍕 🍔 🌶️ 🥭 🍵 ☕ 🍺 🍰 🎂",
  "⚽ 🏀 🎮 🎵 🎨 📷 ✈️ 🚄 🚗 🏠 🏢 🏥 🎁 💡 💰 📅 📌 📎 📈 📦 🔧 🐛 🚀 ⏰ ⏳ 🔒 🔔 ❓ ❗ ➕ 🆗 🇯🇵 🇹🇭 🇨🇳 🇮🇩 🇬🇧",
].map((row) => row.split(" "));

/** What emoji are called in the reader's language and in English, once somebody asks. @type {Map<string, Promise<Record<string, string[]>>>} */
const catalogues = new Map();

/** The name of each emoji, and other words that it is found by. @param {string} code */
function wordsIn(code) {
  if (!catalogues.has(code)) {
    const asked = fetch(new URL(`../vendor/emoji/${code}.json`, import.meta.url)).then((answer) =>
      answer.ok ? answer.json() : {},
    );
    catalogues.set(
      code,
      asked.catch(() => (catalogues.delete(code), {})),
    );
  }
  return catalogues.get(code);
}

/** @param {{onPick: (emoji: string) => void, onClose: () => void}} props */
function Picker({ onPick, onClose }) {
  const [query, setQuery] = useState("");
  const [words, setWords] = useState(/** @type {Record<string, string[]>[]} */ ([]));
  const root = useRef(null);
  useLayoutEffect(() => {
    const away = (event) => root.current?.parentNode.contains(event.target) || onClose();
    document.addEventListener("pointerdown", away);
    float(root.current, root.current.parentNode);
    root.current.querySelector("input").focus();
    Promise.all([wordsIn(spoken()), wordsIn("en")]).then((catalogues) => setWords(/** @type {any} */ (catalogues)));
    return () => document.removeEventListener("pointerdown", away);
  }, []);
  const pick = (emoji) => {
    localStore.set("emoji", [emoji, ...(localStore.get("emoji") ?? []).filter((other) => other !== emoji)].slice(0, 8));
    onPick(emoji);
    onClose();
  };
  const wanted = query.trim().toLocaleLowerCase();
  const isFound = (emoji) =>
    words.some((names) => names[emoji]?.some((word) => word.toLocaleLowerCase().includes(wanted)));
  const recent = localStore.get("emoji") ?? [];
  const rows = wanted ? [ROWS.flat().filter(isFound)] : [recent, ...ROWS].filter((row) => row.length);
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
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 8, ArrowUp: -8 }[event.key];
    if (step) {
      const all = [...root.current.querySelectorAll("button")];
      const at = all.indexOf(document.activeElement);
      event.preventDefault();
      (at + step < 0
        ? root.current.querySelector("input")
        : all[Math.min(all.length - 1, at < 0 ? 0 : at + step)]
      )?.focus();
    }
  };
  return html`
    <div class="picker" ref=${root} role="dialog" aria-label=${t("emoji.title")} onKeyDown=${onKeyDown}>
      <input
        type="search"
        aria-label=${t("emoji.search")}
        placeholder=${t("emoji.search")}
        value=${query}
        onInput=${(event) => setQuery(event.target.value)}
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

export function EmojiButton({ label, onPick }) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef(null);
  /** What was picked may have put the focus where it belongs, the box one writes in say: then it stays there. */
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
