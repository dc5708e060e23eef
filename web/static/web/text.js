/** Texts of messages as they are typed and sent, and on one line. */
import { treeOf } from "./markdown/markdown.js";
import { plainText } from "./markdown/tree.js";
import { withMentions, withText } from "./tokens.js";

const ONLY_EMOJI = /^(?:\p{Extended_Pictographic}|\p{Emoji_Component}|\u200D|\uFE0F|\s){1,24}$/u;

/** A link to a channel, as `forSending` writes it. */
const CHANNEL = /\[(#[^\]\n]{1,120})\]\((https?:\/\/[^\s()]+\/w\/[0-9a-z]{26}\/c\/[0-9a-z]{26})\)/giu;

/** @param {string} content */
export const isOnlyEmoji = (content) => ONLY_EMOJI.test(content) && /\p{Extended_Pictographic}/u.test(content);

/**
 * What a message says on one line, without marks: for quotes, notices and screen readers.
 *
 * @param {string | null | undefined} content
 * @param {string} [type] of the message
 */
export function excerpt(content, most = 140, type = "text") {
  const tree = type === "markdown" ? treeOf(content ?? "") : null;
  const text = (tree ? plainText(tree, withNames) : withNames(content ?? "")).replace(/\s+/g, " ").trim();
  const letters = Array.from(text.slice(0, most * 4));
  return letters.length > most ? `${letters.slice(0, most).join("")}…` : text;
}

/** @param {string} text */
const withNames = (text) => withMentions(text, (name) => `@${name}`);

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
  const withPeople = withMentions(content, (name, id) => {
    mentions.set(name, id);
    return `@${name}`;
  });
  const text = withPeople.replace(CHANNEL, (link, /** @type {string} */ name, /** @type {string} */ address) => {
    if (!address.startsWith(`${location.origin}/`)) return link;
    mentions.set(name, address);
    return name;
  });
  return { text, mentions };
}

/** The text as it is sent: chosen names become mentions. @param {string} text @param {Map<string, string>} mentions */
export function forSending(text, mentions) {
  // A channel is known by its address, and its name has its sign.
  const isChannel = (/** @type {string} */ id) => id.startsWith("http");
  const names = new Map([...mentions].map(([name, id]) => [isChannel(id) ? name : `@${name}`, { name, id }]));
  if (!names.size) return text;
  const anyName = [...names.keys()]
    .sort((name, other) => other.length - name.length)
    .map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join("|");
  const pattern = new RegExp(`(?:${anyName})(?![A-Za-z0-9_])`, "gu");
  return withText(text, (words) =>
    words.replace(pattern, (match) => {
      const chosen = names.get(match) ?? { name: "", id: "" };
      const label = chosen.name.replace(/[\]\n]/g, " ");
      return isChannel(chosen.id) ? `[${label}](${chosen.id})` : `@[${label}](user:${chosen.id})`;
    }),
  );
}
