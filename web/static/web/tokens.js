/**
 * What in a message's text is more than text: code, links, mentions. The service has the same rules for what no
 * translation may change; `tests/text_cases.json` holds both to one table.
 */

/** @typedef {"fence" | "code" | "link" | "mention" | "channel" | "url" | "email"} Kind */
/** @typedef {{kind: Kind, text: string, at: number}} Token `at`: where in the content it begins */
/** @typedef {{emphasis: "strong" | "strike" | "em" | null, text: string}} Run */

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
const URL_END = /[.,;:!?'"”’»)\]}>。、，！？；：…）」』】]+$/u;
const EMPHASIS = /(\*\*[^*\n]+\*\*|\*[^*\n]+\*|~~[^~\n]+~~)/gu;
const MENTION = /@\[([^\]\n]{1,255})\]\(user:(\d{1,18})\)/gu;

/** @param {string} content @returns {Token[]} in order, without overlaps */
export function tokensOf(content) {
  return [...content.matchAll(TOKENS)].map((match) => {
    const [kind, text] = Object.entries(match.groups ?? {}).find(([, value]) => value !== undefined) ?? ["", ""];
    return { kind: /** @type {Kind} */ (kind), text: kind === "url" ? addressIn(text) : text, at: match.index };
  });
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
  const [, label, address] = /^\[(.+)\]\((.+)\)$/.exec(link) ?? [];
  return { label, address };
}

/** @param {string} mention */
export function mentionParts(mention) {
  const [, name, id] = /^@\[(.+)\]\(user:(\d+)\)$/.exec(mention) ?? [];
  return { name, id };
}

/**
 * The content with something else in place of each mention.
 *
 * @param {string} content
 * @param {(name: string, id: string) => string} replace
 */
export const withMentions = (content, replace) =>
  content.replace(MENTION, (_, /** @type {string} */ name, /** @type {string} */ id) => replace(name, id));

/** Text between tokens by its emphasis, as Markdown writes it. @param {string} text @returns {Run[]} */
export function runsOf(text) {
  return text.split(EMPHASIS).map((piece, i) => {
    if (i % 2 === 0) return { emphasis: null, text: piece };
    if (piece.startsWith("**")) return { emphasis: "strong", text: piece.slice(2, -2) };
    if (piece.startsWith("~~")) return { emphasis: "strike", text: piece.slice(2, -2) };
    return { emphasis: "em", text: piece.slice(1, -1) };
  });
}
