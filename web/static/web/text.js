/**
 * What a message says, as elements. Text is only ever text: links, mentions, code and emphasis are found here and become
 * elements of known kinds; everything else stays characters.
 */
import { html } from "./core.js";
import { t } from "./i18n.js";

const URL_END = /[.,;:!?'"”’»)\]}>。、，！？；：…）」』】]+$/u;
const TOKENS = new RegExp(
  [
    "(?<fence>```[^\\n`]*\\n?[\\s\\S]*?```)",
    "(?<code>`[^`\\n]+`)",
    "(?<link>\\[[^\\]\\n]{1,300}\\]\\((?:https?://|mailto:)[^\\s)]{1,2000}\\))",
    "(?<mention>@\\[[^\\]\\n]{1,255}\\]\\(user:\\d{1,18}\\))",
    "(?<channel>(?<![\\w@])@channel\\b)",
    '(?<url>\\bhttps?://[^\\s<>"\\u0000-\\u001f]{1,2000})',
    "(?<email>[\\w.+-]{1,64}@[\\w-]{1,63}(?:\\.[\\w-]{1,63}){1,5})",
  ].join("|"),
  "gu",
);
const EMPHASIS = /(\*\*[^*\n]+\*\*|\*[^*\n]+\*|~~[^~\n]+~~)/gu;
/** What a translator must leave alone besides the tokens above: shown in the original as kept. */
const KEPT = new RegExp(
  `(${[
    "\\p{Extended_Pictographic}(?:\\uFE0F|[\\u{1F3FB}-\\u{1F3FF}]|\\u200D\\p{Extended_Pictographic})*",
    "\\{\\w+\\}",
    "%[sd]",
    "[#＃][\\p{L}\\p{N}_]+",
    "[$€£¥฿]\\s?\\d[\\d.,]*",
    "\\d[\\d.,:/]*(?:\\s?(?:%|°C|kg|km|cm|mm|GB|MB|USD|EUR|JPY|THB|IDR|CNY))?",
  ].join("|")})`,
  "gu",
);
const ONLY_EMOJI = /^(?:\p{Extended_Pictographic}|\p{Emoji_Component}|\u200D|\uFE0F|\s){1,24}$/u;

/**
 * @param {string} content
 * @param {{type?: string, names?: Map<string, string>, me?: any, marksKept?: boolean}} [options]
 *   `names` gives a mentioned person's present name by id; `marksKept` underlines what translation leaves as it is
 */
export function renderText(content, { type = "text", names, me, marksKept = false } = {}) {
  const pieces = [];
  let at = 0;
  for (const match of content.matchAll(TOKENS)) {
    if (match.index > at) pieces.push(...plain(content.slice(at, match.index), type, marksKept));
    const [piece, taken] = token(match, { names, me, marksKept });
    pieces.push(piece);
    if (taken < match[0].length) pieces.push(...plain(match[0].slice(taken), type, marksKept));
    at = match.index + match[0].length;
  }
  if (at < content.length) pieces.push(...plain(content.slice(at), type, marksKept));
  return pieces;
}

function token(match, { names, me, marksKept }) {
  const whole = match[0];
  const { fence, code, link, mention, channel, url, email } = match.groups;
  const kept = marksKept ? "kept" : undefined;
  if (fence)
    return [
      html`<pre class=${kept} tabindex="0">
          <code>${fence.slice(3, -3).replace(/^[\w-]*\n/, "")}</code>
        </pre>`,
      whole.length,
    ];
  if (code) return [html`<code class=${kept}>${code.slice(1, -1)}</code>`, whole.length];
  if (mention) {
    const [, written, id] = /^@\[(.+)\]\(user:(\d+)\)$/.exec(mention) ?? [];
    const isMe = me && String(me.id) === id;
    return [
      html`<span class=${`mention ${isMe ? "me" : ""} ${kept ?? ""}`}>
          @<bdi>${names?.get(id) ?? written}</bdi>
        </span>`,
      whole.length,
    ];
  }
  if (channel) return [html`<span class=${`mention me ${kept ?? ""}`}>@channel</span>`, whole.length];
  if (link) {
    const [, label, to] = /^\[(.+)\]\((.+)\)$/.exec(link) ?? [];
    return [anchor(to, label, kept), whole.length];
  }
  if (url) {
    const address = balanced(url.replace(URL_END, ""), url);
    return [anchor(address, address, kept), address.length];
  }
  return [anchor(`mailto:${email}`, email, kept), whole.length];
}

/** A closing bracket belongs to the address when the address opened it. */
function balanced(address, url) {
  const opened = (address.match(/\(/g) ?? []).length;
  const closed = (address.match(/\)/g) ?? []).length;
  return opened > closed && url[address.length] === ")" ? `${address})` : address;
}

function anchor(to, label, kept) {
  let address;
  try {
    address = new URL(to);
  } catch {
    return label;
  }
  if (!["http:", "https:", "mailto:"].includes(address.protocol)) return label;
  const shownElsewhere = label !== to && !to.includes(label);
  return html`
    <a
      href=${address.href}
      class=${kept}
      target="_blank"
      rel="noopener noreferrer nofollow ugc"
      title=${shownElsewhere ? address.href : undefined}
    >
      <bdi>${label}</bdi>
    </a>`;
}

function plain(text, type, marksKept) {
  if (marksKept)
    return text.split(KEPT).map((piece, i) =>
      i % 2
        ? html`
          <span class="kept" title=${t("translation.kept")}>
            ${piece}
          </span>`
        : piece,
    );
  if (type !== "markdown") return [text];
  return text.split(EMPHASIS).map((piece, i) => {
    if (i % 2 === 0) return piece;
    if (piece.startsWith("**")) return html`<strong>${piece.slice(2, -2)}</strong>`;
    if (piece.startsWith("~~")) return html`<s>${piece.slice(2, -2)}</s>`;
    return html`<em>${piece.slice(1, -1)}</em>`;
  });
}

/** @param {string} content */
export const isOnlyEmoji = (content) => ONLY_EMOJI.test(content) && /\p{Extended_Pictographic}/u.test(content);

/** What a message says on one line, without marks: for quotes, notices and screen readers. */
export function excerpt(content, most = 140) {
  const text = (content ?? "")
    .replace(/@\[([^\]\n]{1,255})\]\(user:\d{1,18}\)/g, "@$1")
    .replace(/\s+/g, " ")
    .trim();
  const letters = Array.from(text.slice(0, most * 4));
  return letters.length > most ? `${letters.slice(0, most).join("")}…` : text;
}

/** A name or file name with its direction marks made visible: they must not turn what stands around them. */
export const stripBidi = (name) =>
  String(name ?? "").replace(/[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/g, "\u{fffd}");

/** The text as it is typed: mentions by name. @returns {{text: string, mentions: Map<string, string>}} name → id */
export function forTyping(content) {
  const mentions = new Map();
  const text = content.replace(/@\[([^\]\n]{1,255})\]\(user:(\d{1,18})\)/g, (_, name, id) => {
    mentions.set(name, id);
    return `@${name}`;
  });
  return { text, mentions };
}

/** The text as it is sent: chosen names become mentions. @param {string} text @param {Map<string, string>} mentions */
export function forSending(text, mentions) {
  const names = [...mentions.keys()].sort((name, other) => other.length - name.length);
  if (!names.length) return text;
  const pattern = new RegExp(
    `@(${names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})(?![A-Za-z0-9_])`,
    "gu",
  );
  return text.replace(pattern, (_, name) => `@[${name.replace(/[\]\n]/g, " ")}](user:${mentions.get(name)})`);
}
