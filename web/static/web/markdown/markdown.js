/**
 * Messages of type `markdown` as trees; docs/markdown.md says which Markdown that is. The service reads the same
 * (`messaging/markdown.py`), and `tests/markdown_cases.json` holds both to one table. The parser is fetched when the
 * first such message is to be shown.
 */
import { Observable } from "../core.js";
import { masked } from "./masks.js";
import { madeParser, TooMuch } from "./parser.js";
import { plainText, treeFrom } from "./tree.js";

/** @import { Parser } from "../vendor/markdown-it.mjs" */
/** @import { Node } from "./tree.js" */

const MOST_KEPT = 300;
/** A text with more is shown as it is written. */
const MOST_LINES = 1000;
const MOST_CELLS = 10_000;

/** Tells when the parser is here. */
export const parserHere = new Observable();
/** @type {Parser | null} */
let parser = null;
let isFetching = false;

/** Fetch the parser; until it is here, texts are shown as they are written. */
export async function fetchParser() {
  if (parser || isFetching) return;
  isFetching = true;
  try {
    parser = madeParser((await import("../vendor/markdown-it.mjs")).default);
    parserHere.changed();
  } catch {
    // The network was unavailable: the next text asks again.
  } finally {
    isFetching = false;
  }
}

/** @type {Map<string, Node[] | null>} */
const trees = new Map();

/**
 * @param {string} content
 * @returns {Node[] | null} null where the text is to be shown as it is written: there is too much of it, or nothing but
 *   marks, or the parser is not here yet
 */
export function treeOf(content) {
  if (!parser) {
    fetchParser();
    return null;
  }
  const known = trees.get(content);
  if (known !== undefined) return known;
  if (trees.size >= MOST_KEPT) trees.clear();
  const tree = parsed(parser, content);
  trees.set(content, tree);
  return tree;
}

/** @param {Parser} md @param {string} content */
function parsed(md, content) {
  const { text, tokens } = masked(content);
  const lines = text.split("\n");
  // The parser completes short rows.
  const columns = lines.reduce((most, line) => Math.max(most, line.split("|").length - 1), 0);
  if (lines.length > MOST_LINES || columns * lines.length > MOST_CELLS) return null;
  try {
    const tree = treeFrom(md.parse(text, {}), tokens);
    return plainText(tree).trim() ? tree : null;
  } catch (error) {
    if (error instanceof TooMuch) return null;
    throw error;
  }
}
