/** What keys and buttons do to a text in Markdown that is being typed: from a text and a selection to others. */

/** A text with what is selected in it. @typedef {{text: string, from: number, to: number}} Typed */
/** @typedef {"bold" | "italic" | "strike" | "code" | "link" | "bullets" | "numbers" | "quoted"} Format */

/** @type {Partial<Record<Format, string>>} */
const MARKS = { bold: "**", italic: "*", strike: "~~", code: "`" };
/** @type {Partial<Record<Format, [RegExp, (number: number) => string]>>} */
const PREFIXES = {
  bullets: [/^(\s*)[-*+] /u, () => "- "],
  numbers: [/^(\s*)\d{1,9}[.)] /u, (number) => `${number}. `],
  quoted: [/^(\s*)> ?/u, () => "> "],
};
const ITEM = /^(\s*(?:> ?)*)(?:([-*+])|(\d{1,8})([.)]))( +)(\[[ xX]\] )?/u;
const QUOTATION = /^\s*(?:> ?)+/u;
const ADDRESS = /^(?:https?:\/\/|mailto:)\S+$/u;

/** Give what is selected this format, or take it away. @param {Format} format @param {Typed} typed @returns {Typed} */
export function formatted(format, typed) {
  if (format === "link") return linked(typed);
  const prefix = PREFIXES[format];
  if (prefix) return prefixed(typed, ...prefix);
  const { text, from, to } = typed;
  if (format === "code" && text.slice(from, to).includes("\n")) return fenced(typed);
  return marked(typed, MARKS[format] ?? "");
}

/** @param {Typed} typed @param {string} mark @returns {Typed} */
function marked({ text, from, to }, mark) {
  // Marks enclose words, not the blanks around them.
  const chosen = text.slice(from, to);
  const start = from + (chosen.length - chosen.trimStart().length);
  const end = Math.max(start, from + chosen.trimEnd().length);
  const words = text.slice(start, end);
  const size = mark.length;
  // One star of three, or of one, is italic's.
  const isMark = (/** @type {number} */ run) => (mark === "*" ? run % 2 === 1 : run >= size);
  const isAround = (/** @type {number} */ a, /** @type {number} */ b) =>
    isMark(runBefore(text, a, mark[0])) && isMark(runAfter(text, b, mark[0]));
  if (isAround(start, end))
    return {
      text: text.slice(0, start - size) + words + text.slice(end + size),
      from: start - size,
      to: end - size,
    };
  if (words.length > 2 * size && isAround(start + size, end - size))
    return { text: text.slice(0, start) + words.slice(size, -size) + text.slice(end), from: start, to: end - 2 * size };
  return {
    text: text.slice(0, start) + mark + words + mark + text.slice(end),
    from: start + size,
    to: end + size,
  };
}

/** @param {string} text @param {number} at @param {string} char */
function runBefore(text, at, char) {
  let count = 0;
  while (text[at - count - 1] === char) count += 1;
  return count;
}

/** @param {string} text @param {number} at @param {string} char */
function runAfter(text, at, char) {
  let count = 0;
  while (text[at + count] === char) count += 1;
  return count;
}

/** @param {Typed} typed @returns {Typed} */
function fenced({ text, from, to }) {
  const before = from > 0 && text[from - 1] !== "\n" ? "\n```\n" : "```\n";
  const after = (text[to - 1] === "\n" ? "```" : "\n```") + (to < text.length && text[to] !== "\n" ? "\n" : "");
  const start = from + before.length;
  return {
    text: text.slice(0, from) + before + text.slice(from, to) + after + text.slice(to),
    from: start,
    to: start + to - from,
  };
}

/** @param {Typed} typed @returns {Typed} */
function linked({ text, from, to }) {
  const chosen = text.slice(from, to).trim();
  if (ADDRESS.test(chosen)) {
    return { text: `${text.slice(0, from)}[](${chosen})${text.slice(to)}`, from: from + 1, to: from + 1 };
  }
  const words = chosen.replaceAll("\n", " ");
  const at = from + words.length + 3;
  return { text: `${text.slice(0, from)}[${words}](https://)${text.slice(to)}`, from: at, to: at + 8 };
}

/**
 * The selected lines with a prefix, or without, where all have it.
 *
 * @param {Typed} typed
 * @param {RegExp} pattern
 * @param {(number: number) => string} write
 * @returns {Typed}
 */
function prefixed({ text, from, to }, pattern, write) {
  const start = text.lastIndexOf("\n", from - 1) + 1;
  const next = text.indexOf("\n", Math.max(from, to - 1));
  const end = next < 0 ? text.length : next;
  const lines = text.slice(start, end).split("\n");
  const haveAll = lines.every((line) => pattern.test(line));
  const changed = lines.map((line, i) => {
    if (haveAll) return line.replace(pattern, "$1");
    const [indent = ""] = /^\s*/u.exec(line) ?? [];
    const isQuotation = write(1) === "> ";
    const words = isQuotation ? line : line.slice(indent.length).replace(/^(?:[-*+]|\d{1,9}[.)]) /u, "");
    return isQuotation ? write(i + 1) + words : indent + write(i + 1) + words;
  });
  const inside = changed.join("\n");
  const caret = start + inside.length;
  return { text: text.slice(0, start) + inside + text.slice(end), from: from === to ? caret : start, to: caret };
}

/**
 * A new line at the caret: it goes on with the list or quotation that it is in; in an empty item it ends the list.
 *
 * @param {Typed} typed
 * @returns {Typed | null} null: an ordinary new line
 */
export function nextLine({ text, from, to }) {
  const start = text.lastIndexOf("\n", from - 1) + 1;
  const line = text.slice(start, from);
  if (isInFence(text.slice(0, start))) return null;
  const item = ITEM.exec(line);
  const prefix = item?.[0] ?? QUOTATION.exec(line)?.[0];
  if (!prefix) return null;
  if (line === prefix && from === to) {
    const end = text.indexOf("\n", from) < 0 ? text.length : text.indexOf("\n", from);
    if (text.slice(from, end).trim()) return null;
    return { text: text.slice(0, start) + text.slice(from), from: start, to: start };
  }
  let again = prefix;
  if (item) {
    const [, before, bullet, number, sign, blank, box] = item;
    again = before + (bullet ?? `${Number(number) + 1}${sign}`) + blank + (box ? "[ ] " : "");
  }
  const caret = from + 1 + again.length;
  return { text: `${text.slice(0, from)}\n${again}${text.slice(to)}`, from: caret, to: caret };
}

/** Whether a text ends in a block of code. @param {string} before */
export const isInFence = (before) => (before.match(/^[ \t]*(?:`{3,}|~{3,})/gmu) ?? []).length % 2 === 1;

/** The format of a key that is pressed with Ctrl or Cmd. @param {KeyboardEvent} event @returns {Format | undefined} */
export function formatOf(event) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return undefined;
  const key = `${event.shiftKey ? "shift " : ""}${event.key.toLowerCase()}`;
  return /** @type {Record<string, Format>} */ ({
    b: "bold",
    i: "italic",
    "shift x": "strike",
    "shift c": "code",
    k: "link",
  })[key];
}
