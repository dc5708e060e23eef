/**
 * What in a message's text is more than text: code, links, mentions. The service reads mentions by the same grammar
 * (`messaging/mentions.py`) and keeps the rest from translation; `tests/text_cases.json` holds both to one table.
 */

import { AFTER_SCHEME, REST } from "./links.js";

/** @typedef {"fence" | "code" | "link" | "mention" | "named" | "channel" | "url" | "email"} Kind */
/**
 * `at`: where in the content it begins; `named` is a mention in a quotation, which calls nobody.
 *
 * @typedef {{kind: Kind, text: string, at: number}} Token
 */
/**
 * What the grammar finds; of kind null what is shown as it is written.
 *
 * @typedef {{kind: Kind | null, text: string, at: number}} Span
 */

const LINE_START = "(?<![^\\n])[ \\t]*";
const LABEL = "\\[(?:[^\\[\\]\\n\\\\]|\\\\[^\\n]|\\[[^\\[\\]\\n]{0,255}\\](?:\\([^()\\s]{0,100}\\))?){1,300}\\]";
const TARGET = "(?:[^\\s()]|\\([^\\s()]{0,500}\\)){1,2000}";
const TITLE = '(?:[ \\t]+"[^"\\n]{0,200}")?';
// What stands before mentions takes those in it with it. `text` is what calls nobody and is shown as it is written.
const TOKENS = new RegExp(
  [
    "(?<text>\\\\[!-\\/:-@\\[-`{-~])",
    `(?<fence>(?:${LINE_START})?(?<!\`)(?<ticks>\`{3,})(?!\`)[^\`]*(?:(?!\\k<ticks>)\`+(?!\`)[^\`]*)*\\k<ticks>\`*`,
    `${LINE_START}\`{3,}(?!\`)[^\`\\n]*\\n[\\s\\S]*`,
    `${LINE_START}(?<tildes>~{3,})[^\\n]*(?:\\n(?![ \\t]*\\k<tildes>)[^\\n]*)*(?:\\n[ \\t]*\\k<tildes>~*)?)`,
    "(?<code>(?<!`)(?<tick>`{1,2})(?!`)[^`\\n]*(?:(?!\\k<tick>(?!`))`+(?!`)[^`\\n]*)*\\k<tick>(?!`))",
    `(?<link>!?${LABEL}\\(${TARGET}${TITLE}\\))`,
    "(?<mention>@\\[[^\\]\\n]{1,255}\\]\\(user:\\d{1,18}\\))",
    "(?<channel>(?<![\\w@])(?<!\\w\\/)@channel(?!\\w|[-.\\/@][A-Za-z0-9_]))",
    `(?<url>(?<!\\w)[A-Za-z][A-Za-z0-9+.-]{1,30}:\\/\\/${AFTER_SCHEME})`,
    `(?<path>(?<![\\w@.-])[A-Za-z0-9-]{1,63}(?:\\.[A-Za-z0-9-]{1,63}){1,8}(?::\\d{1,5})?[\\/?#]${REST})`,
    "(?<email>(?<![\\w.+-])[\\w.+-]{1,64}@[\\w-]{1,63}(?:\\.[\\w-]{1,63}){1,5})",
  ].join("|"),
  "gu",
);
const LINK = /^!?(?<label>\[[\s\S]+\])\((?<address>(?:https?:\/\/|mailto:)\S*?)(?:[ \t]+"[^"\n]*")?\)$/u;
const WEB = /^https?:\/\//u;
const QUOTED = /^[ \t]*[>＞]/u;
const URL_END = /[.,;:!?'"”’»)\]}>*_~|。、，！？；：…）」』】]+$/u;
/** The groups of the grammar that are tokens, before the others. @type {Kind[]} */
const KINDS = ["fence", "code", "link", "mention", "channel", "url", "email"];

/** Everything that the grammar finds, in order, without overlaps. @param {string} content @returns {Span[]} */
export function spansOf(content) {
  return [...content.matchAll(TOKENS)].map(({ 0: text, index: at, groups = {} }) => {
    const kind = KINDS.find((name) => groups[name] !== undefined) ?? null;
    if (kind === "url") return WEB.test(text) ? { kind, text: addressIn(text), at } : { kind: null, text, at };
    if (kind === "link") return { kind: LINK.test(text) ? kind : null, text, at };
    if ((kind === "mention" || kind === "channel") && isQuoted(content, at))
      return { kind: kind === "mention" ? "named" : null, text, at };
    return { kind, text, at };
  });
}

/** @param {string} content @param {number} at */
const isQuoted = (content, at) => QUOTED.test(content.slice(content.lastIndexOf("\n", at) + 1, at));

/** @param {string} content @returns {Token[]} in order, without overlaps */
export const tokensOf = (content) => spansOf(content).filter(isToken);

/** @param {Span} span @returns {span is Token} */
export const isToken = (span) => span.kind !== null;

/**
 * The content with something else in place of the text between what the grammar finds: code, links and mentions stay.
 *
 * @param {string} content
 * @param {(text: string) => string} replace
 */
export function withText(content, replace) {
  let at = 0;
  let written = "";
  for (const span of spansOf(content)) {
    written += replace(content.slice(at, span.at)) + span.text;
    at = span.at + span.text.length;
  }
  return written + replace(content.slice(at));
}

/** A bare address without the punctuation of its sentence. @param {string} url */
function addressIn(url) {
  const address = url.replace(URL_END, "");
  const opened = (address.match(/\(/g) ?? []).length;
  const closed = (address.match(/\)/g) ?? []).length;
  // A closing bracket belongs to the address when the address opened it.
  return opened > closed && url[address.length] === ")" ? `${address})` : address;
}

/** A label and where it leads, of `[label](address)`. @param {string} link */
export function linkParts(link) {
  const { label = "", address = "" } = LINK.exec(link)?.groups ?? {};
  return { label: withMentions(label.slice(1, -1), (name) => `@${name}`), address };
}

/** @param {string} mention */
export function mentionParts(mention) {
  const [, name, id] = /^@\[(.+)\]\(user:(\d+)\)$/.exec(mention) ?? [];
  return { name, id };
}

/**
 * The content with something else in place of each mention, but for those in code.
 *
 * @param {string} content
 * @param {(name: string, id: string) => string} replace
 */
export function withMentions(content, replace) {
  let at = 0;
  let written = "";
  for (const token of tokensOf(content)) {
    if (token.kind !== "mention" && token.kind !== "named") continue;
    const { name, id } = mentionParts(token.text);
    written += content.slice(at, token.at) + replace(name, id);
    at = token.at + token.text.length;
  }
  return written + content.slice(at);
}
