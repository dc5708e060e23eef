/** The vendored parser, set to what docs/markdown.md says; `messaging/markdown.py` sets its own in the same way. */

/** @import { Block, ParserClass } from "../vendor/markdown-it.mjs" */

const ADDRESS = /^(?:https?:\/\/|mailto:)/iu;
const SPACE = /\s/u;
const SIGN = /[!-/:-@[-`{-~]/u;
/** Scripts from Thai on are written without spaces: an underscore between their letters is at the end of a word. */
const UNSPACED = 0x0e00;
/** A text with more levels of blocks is shown as it is written. */
const MOST_LEVELS = 20;

/** Thrown where a text has too much of something. */
export class TooMuch extends Error {}

/** @param {ParserClass} MarkdownIt */
export function madeParser(MarkdownIt) {
  const md = new MarkdownIt("zero", { maxNesting: MOST_LEVELS + 10 });
  md.enable(["blockquote", "fence", "heading", "hr", "list", "table"]);
  md.enable(["backticks", "emphasis", "escape", "image", "link", "newline", "strikethrough"]);
  md.normalizeLink = (address) => address;
  md.validateLink = (address) => ADDRESS.test(address);
  md.block.ruler.before("table", "depth", noteDepth);
  // A line without the marks of the block before it is no part of that block.
  md.block.ruler.before("paragraph", "unquoted", isUnquoted, { alt: ["blockquote"] });
  md.block.ruler.before("paragraph", "outdented", isOutdented, { alt: ["paragraph"] });
  md.inline.State = class extends md.inline.State {
    /**
     * Signs that are not ASCII's, such as 「」, are letters to a mark: `**「はい」**です` is bold.
     *
     * @param {number} start
     * @param {boolean} canSplitWord
     */
    scanDelims(start, canSplitWord) {
      let end = start;
      while (end < this.posMax && this.src[end] === this.src[start]) end += 1;
      const before = start > 0 ? this.src[start - 1] : " ";
      const after = end < this.posMax ? this.src[end] : " ";
      const opens = !SPACE.test(after) && (!SIGN.test(after) || SPACE.test(before) || SIGN.test(before));
      const closes = !SPACE.test(before) && (!SIGN.test(before) || SPACE.test(after) || SIGN.test(after));
      return {
        can_open: opens && (canSplitWord || !closes || !isSpacedLetter(before)),
        can_close: closes && (canSplitWord || !opens || !isSpacedLetter(after)),
        length: end - start,
      };
    }
  };
  return md;
}

/** @param {string} char */
const isSpacedLetter = (char) => !SPACE.test(char) && !SIGN.test(char) && char.charCodeAt(0) < UNSPACED;

/** Below its own limit the parser leaves text out. @param {Block} state */
function noteDepth(state) {
  if (state.level > MOST_LEVELS) throw new TooMuch();
  return false;
}

/**
 * @param {Block} state @param {number} _line @param {number} _end
 * @param {boolean} silent: whether to look ahead only
 */
const isUnquoted = (state, _line, _end, silent) =>
  // A table's lines are asked about as a quotation's are.
  silent && state.parentType === "blockquote";

/**
 * @param {Block} state @param {number} line @param {number} _end
 * @param {boolean} silent: whether to look ahead only
 */
const isOutdented = (state, line, _end, silent) => silent && state.sCount[line] < state.blkIndent;
