/** Mentions and addresses are masked before a text is parsed: no mark within them is Markdown's. */
import { spansOf } from "../tokens.js";

/** @import { Span } from "../tokens.js" */

const OWN = /[\ue000\ue001]/gu;
const MENTION = /@\[[^\]\n]{1,255}\]\(user:\d{1,18}\)/gu;
const MASK = /\ue000(\d+)\ue001/u;
const IN_LINK = /\]\(<?$/u;

/** @param {string} content @returns {{text: string, tokens: Span[]}} */
export function masked(content) {
  /** @type {Span[]} */
  const tokens = [];
  const mask = (/** @type {Span} */ token) => `\ue000${tokens.push(token) - 1}\ue001`;
  const own = (/** @type {string} */ words) => words.replace(OWN, (text) => mask({ kind: null, text, at: 0 }));
  let at = 0;
  let text = "";
  for (const span of spansOf(content)) {
    let [from, to] = [span.at, span.at + span.text.length];
    let instead = own(span.text);
    if (span.kind === "url" || span.kind === "email") {
      if (IN_LINK.test(content.slice(at, from))) continue;
      // No address goes on in the next cell of a table; and of <…> it is all.
      const [address] = span.text.split("|");
      to = from + address.length;
      instead = mask({ ...span, text: address });
      if (from > at && content[from - 1] === "<" && content[to] === ">") [from, to] = [from - 1, to + 1];
    } else if (span.kind === "mention" || span.kind === "named" || span.kind === "channel") {
      instead = mask(span);
    } else if (span.kind === "link") {
      instead = instead.replace(MENTION, (mention) => mask({ kind: "named", text: mention, at: 0 }));
    }
    text += own(content.slice(at, from)) + instead;
    at = to;
  }
  return { text: text + own(content.slice(at)), tokens };
}

/** The text between masks, and what they stand for, in order. @param {string} text @param {Span[]} tokens */
export const unmasked = (text, tokens) => text.split(MASK).map((part, i) => (i % 2 ? tokens[Number(part)] : part));

/** The text as it was written. @param {string} text @param {Span[]} tokens */
export const asWritten = (text, tokens) =>
  unmasked(text, tokens)
    .map((part) => (typeof part === "string" ? part : part.text))
    .join("");
