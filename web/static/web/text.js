/**
 * What a message says, as elements. Text is only ever text: links, mentions, code and emphasis become elements of known
 * kinds; everything else stays characters.
 */
import { classes, html } from "./core.js";
import { t } from "./i18n.js";
import { linkParts, mentionParts, runsOf, tokensOf, withMentions, withText } from "./tokens.js";

/** @import { Children } from "../../types" */
/** @import { Token } from "./tokens.js" */

/** What a translator must leave alone besides the tokens: shown in the original as kept. */
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
 * `names` gives a mentioned person's present name by id; `marksKept` underlines what translation leaves as it is.
 *
 * @typedef {{type?: string, names?: Map<string, string>, me?: {id: number | string}, marksKept?: boolean}} Options
 */

/** @param {string} content @param {Options} [options] */
export function renderText(content, options = {}) {
  /** @type {Children[]} */
  const pieces = [];
  let at = 0;
  for (const token of tokensOf(content)) {
    if (token.at > at) pieces.push(...plain(content.slice(at, token.at), options));
    pieces.push(element(token, options));
    at = token.at + token.text.length;
  }
  if (at < content.length) pieces.push(...plain(content.slice(at), options));
  return pieces;
}

/** @param {Token} token @param {Options} options */
function element({ kind, text }, { names, me, marksKept = false }) {
  const kept = marksKept ? "kept" : undefined;
  switch (kind) {
    case "fence": {
      // Without its marks and the name of its language; one that is not closed ends with the text.
      const code = text.replace(/^[ \t]*(?:`+|~+)(?:[^\n`]*\n)?|\n?[ \t]*(?:`{3,}|~{3,})$/g, "");
      return html`<pre class=${kept} tabindex="0"><code>${code}</code></pre>`;
    }
    case "code":
      return html`<code class=${kept}>${text.replace(/^(`+)([\s\S]*)\1$/, "$2")}</code>`;
    case "mention": {
      const isMe = me !== undefined && String(me.id) === mentionParts(text).id;
      return html`<span class=${classes("mention", isMe && "me", kept)}>@<bdi>${nameIn(text, names)}</bdi></span>`;
    }
    case "named":
      return html`<span class=${kept}>@<bdi>${nameIn(text, names)}</bdi></span>`;
    case "channel":
      return html`<span class=${classes("mention", "me", kept)}>@channel</span>`;
    case "link": {
      const { label, address } = linkParts(text);
      return anchor(address, label, kept);
    }
    case "url":
      return anchor(text, text, kept);
    default:
      return anchor(`mailto:${text}`, text, kept);
  }
}

/** @param {string} mention @param {Map<string, string>} [names] */
function nameIn(mention, names) {
  const { name, id } = mentionParts(mention);
  return names?.get(id) ?? name;
}

/** @param {string} to @param {string} label @param {string | undefined} kept */
function anchor(to, label, kept) {
  /** @type {URL} */
  let address;
  try {
    address = new URL(to);
  } catch {
    return label;
  }
  if (!["http:", "https:", "mailto:"].includes(address.protocol)) return label;
  const leadsElsewhere = label !== to && !to.includes(label);
  return html`
    <a
      href=${address.href}
      class=${kept}
      target="_blank"
      rel="noopener noreferrer nofollow ugc"
      title=${leadsElsewhere ? address.href : undefined}
    >
      <bdi>${label}</bdi>
    </a>`;
}

/** @param {string} text @param {Options} options @returns {Children[]} */
function plain(text, { type = "text", marksKept = false }) {
  if (marksKept) {
    return text
      .split(KEPT)
      .map((piece, i) => (i % 2 ? html`<span class="kept" title=${t("translation.kept")}>${piece}</span>` : piece));
  }
  if (type !== "markdown") return [text];
  // A backslash before an @ says that it calls nobody.
  return runsOf(text.replaceAll("\\@", "@")).map(({ emphasis, text: words }) => {
    if (emphasis === "strong") return html`<strong>${words}</strong>`;
    if (emphasis === "strike") return html`<s>${words}</s>`;
    return emphasis === "em" ? html`<em>${words}</em>` : words;
  });
}

/** @param {string} content */
export const isOnlyEmoji = (content) => ONLY_EMOJI.test(content) && /\p{Extended_Pictographic}/u.test(content);

/**
 * What a message says on one line, without marks: for quotes, notices and screen readers.
 *
 * @param {string | null | undefined} content
 */
export function excerpt(content, most = 140) {
  const text = withMentions(content ?? "", (name) => `@${name}`)
    .replace(/\s+/g, " ")
    .trim();
  const letters = Array.from(text.slice(0, most * 4));
  return letters.length > most ? `${letters.slice(0, most).join("")}…` : text;
}

/**
 * A name or file name with its direction marks made visible: they must not turn what stands around them.
 *
 * @param {string | null | undefined} name
 */
export const stripBidi = (name) => (name ?? "").replace(/[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/g, "\u{fffd}");

/**
 * The text as it is typed: mentions by name.
 *
 * @param {string} content
 * @returns {{text: string, mentions: Map<string, string>}} `mentions`: name → id
 */
export function forTyping(content) {
  /** @type {Map<string, string>} */
  const mentions = new Map();
  const text = withMentions(content, (name, id) => {
    mentions.set(name, id);
    return `@${name}`;
  });
  return { text, mentions };
}

/** The text as it is sent: chosen names become mentions. @param {string} text @param {Map<string, string>} mentions */
export function forSending(text, mentions) {
  const names = [...mentions.keys()].sort((name, other) => other.length - name.length);
  if (!names.length) return text;
  const anyName = names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  const pattern = new RegExp(`@(${anyName})(?![A-Za-z0-9_])`, "gu");
  return withText(text, (words) =>
    words.replace(
      pattern,
      (_, /** @type {string} */ name) => `@[${name.replace(/[\]\n]/g, " ")}](user:${mentions.get(name)})`,
    ),
  );
}
