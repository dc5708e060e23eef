/** A small choice of emoji, found by English words or by looking. */
import { html, kept, useEffect, useRef, useState } from "../core.js";
import { t } from "../i18n.js";
import { float, Icon } from "./parts.js";

export const QUICK = ["👍", "❤️", "😂", "🎉", "🙏", "👀"];

const NAMED = `👍 thumbs up yes ok|👎 thumbs down no|❤️ heart love|😂 laugh tears joy|🎉 party tada celebrate|🙏 thanks please pray|👀 eyes look|✅ check done|❌ cross no|🔥 fire|💯 hundred|👏 clap
😀 grin|😃 smile happy|😄 smile|😁 beam|😅 sweat|🤣 rofl|😊 blush|🙂 slight smile|😉 wink|😍 heart eyes|🥰 love|😘 kiss|😜 wink tongue|🤔 thinking|🤨 raised brow|😐 neutral|😏 smirk|🙄 roll eyes|😬 grimace|😴 sleep|😷 mask|🤒 sick|🥳 party face|😎 cool|🤓 nerd|😕 confused|😟 worried|😢 cry sad|😭 sob|😤 huff|😡 angry|🤯 mind blown|😱 scream|🤗 hug|🤫 quiet|😇 angel|🫡 salute|🥲 smile tear|🤝 handshake deal
👋 wave hello bye|🙌 hooray|💪 strong|🤞 luck|👌 ok|✌️ peace|🫶 heart hands|👉 right|👈 left|☝️ up|✍️ write|🙇 bow|🤷 shrug|🤦 facepalm|🙋 raise hand
🐶 dog|🐱 cat|🐼 panda|🦊 fox|🐘 elephant|🦄 unicorn|🐢 turtle|🐬 dolphin|🌸 blossom|🌺 flower|🌻 sunflower|🍀 clover|🌴 palm|🌊 wave sea|☀️ sun|🌙 moon|⭐ star|🌈 rainbow|⛈️ storm|❄️ snow
🍎 apple|🍜 noodles ramen|🍣 sushi|🍛 curry rice|🍕 pizza|🍔 burger|🌶️ chili spicy|🥭 mango|🍵 tea|☕ coffee|🍺 beer|🍰 cake|🎂 birthday
⚽ football|🏀 basketball|🎮 game|🎵 music|🎨 art|📷 camera|✈️ plane travel|🚄 train|🚗 car|🏠 home|🏢 office|🏥 hospital|🎁 gift|💡 idea|💰 money|📅 calendar date|📌 pin|📎 clip|📈 up chart|📦 package box|🔧 fix tool|🐛 bug|🚀 rocket ship|⏰ alarm clock|⏳ waiting|🔒 lock|🔔 bell|❓ question|❗ exclamation|➕ plus|🆗 ok|🇯🇵 japan|🇹🇭 thailand|🇨🇳 china|🇮🇩 indonesia|🇬🇧 uk britain`
  .split("\n")
  .map((row) => row.split("|").map((cell) => [cell.slice(0, cell.indexOf(" ")), cell.slice(cell.indexOf(" ") + 1)]));

/** @param {{onPick: (emoji: string) => void, onClose: () => void}} props */
function Picker({ onPick, onClose }) {
  const [query, setQuery] = useState("");
  const root = useRef(null);
  useEffect(() => {
    const away = (event) => root.current?.parentNode.contains(event.target) || onClose();
    document.addEventListener("pointerdown", away);
    float(root.current, root.current.parentNode);
    root.current.querySelector("input").focus();
    return () => document.removeEventListener("pointerdown", away);
  }, []);
  const pick = (emoji) => {
    kept.set("emoji", [emoji, ...(kept.get("emoji") ?? []).filter((one) => one !== emoji)].slice(0, 8));
    onPick(emoji);
    onClose();
  };
  const wanted = query.trim().toLowerCase();
  const recent = (kept.get("emoji") ?? []).map((emoji) => [emoji, ""]);
  const rows = wanted ? [NAMED.flat().filter(([, words]) => words.includes(wanted))] : [recent, ...NAMED].filter((row) => row.length);
  const onKeyDown = (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      onClose();
    }
    if (event.key === "Enter" && event.target.tagName === "INPUT") {
      event.preventDefault();
      if (rows[0]?.[0]) pick(rows[0][0][0]);
    }
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 8, ArrowUp: -8 }[event.key];
    if (step) {
      const all = [...root.current.querySelectorAll("button")];
      const at = all.indexOf(document.activeElement);
      event.preventDefault();
      (at + step < 0 ? root.current.querySelector("input") : all[Math.min(all.length - 1, at < 0 ? 0 : at + step)])?.focus();
    }
  };
  return html`
    <div class="picker" ref=${root} role="dialog" aria-label=${t("emoji.title")} onKeyDown=${onKeyDown}>
      <input type="search" aria-label=${t("emoji.search")} placeholder=${t("emoji.search")} value=${query} onInput=${(event) => setQuery(event.target.value)} />
      <div class="picker-rows">${rows.map((row, i) => html`<div class="picker-row" key=${i}>${row.map(([emoji, words]) => html`<button key=${emoji} type="button" title=${words} aria-label=${`${emoji} ${words}`} onClick=${() => pick(emoji)}>${emoji}</button>`)}</div>`)}</div>
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
      <button ref=${button} type="button" class="icon-button" aria-label=${label} title=${label} aria-expanded=${isOpen} onClick=${() => setOpen(!isOpen)}><${Icon} name="smile" /></button>
      ${isOpen && html`<${Picker} onPick=${onPick} onClose=${close} />`}
    </div>`;
}
