/** What the parser finds, as a tree of elements, tokens and text. */
import { asWritten, unmasked } from "./masks.js";
import { TooMuch } from "./parser.js";

/** @import { ParserToken } from "../vendor/markdown-it.mjs" */
/** @import { Span } from "../tokens.js" */

/**
 * `info`: the number that an `ol` begins with, the language of `pre`, the address of `a`, the side of `th` and `td`,
 * whether the task of an `li` is `done` or `open`.
 *
 * @typedef {{tag: string, info: string, children: Node[]}} Element
 */
/** @typedef {string | Span | Element} Node */

/** A text that would make more nodes is shown as it is written. */
const MOST_NODES = 3000;
const TASK = /^\[([ xX])\] +/u;
const LANGUAGE = /^[\w+#.-]{1,30}/u;
const BLOCKS = new Set(["p", "ul", "ol", "li", "blockquote", "pre", "table", "tr"]);

/** @param {ParserToken[]} parsed @param {Span[]} tokens @returns {Node[]} throws TooMuch */
export function treeFrom(parsed, tokens) {
  const tree = new Tree(tokens);
  tree.add(parsed);
  return tree.root;
}

class Tree {
  /** @type {Node[]} */
  root = [];
  #count = 0;
  /** @type {Node[][]} */
  #open = [this.root];

  /** @param {Span[]} tokens that masks stand for */
  constructor(tokens) {
    this.tokens = tokens;
  }

  /** @param {ParserToken[]} parsed */
  add(parsed) {
    for (const token of parsed) {
      if (token.hidden || token.tag === "thead" || token.tag === "tbody") continue;
      if (token.nesting > 0) this.#open.push(this.#element(token.tag, infoOf(token)).children);
      else if (token.nesting < 0) this.#close(token.tag);
      else this.#leaf(token);
    }
  }

  /** @param {string} tag @param {string} [info] @param {Node[]} [children] */
  #element(tag, info = "", children = []) {
    const element = { tag, info: asWritten(info, this.tokens), children };
    this.#push(element);
    return element;
  }

  /** @param {Node} node */
  #push(node) {
    this.#open[this.#open.length - 1].push(node);
    this.#count += 1;
    if (this.#count > MOST_NODES) throw new TooMuch();
  }

  /** @param {string} tag */
  #close(tag) {
    const children = this.#open.pop() ?? [];
    if (tag === "li") this.#tick(children);
    // A link without words shows where it leads.
    const element = this.#open[this.#open.length - 1].at(-1);
    if (tag === "a" && !children.length && typeof element === "object" && "info" in element)
      children.push(element.info);
  }

  /** Whether an item is a task. @param {Node[]} children of the item */
  #tick(children) {
    const [first] = children;
    const inside = typeof first === "object" && "tag" in first && first.tag === "p" ? first.children : children;
    const match = typeof inside[0] === "string" ? TASK.exec(inside[0]) : null;
    const item = this.#open[this.#open.length - 1].at(-1);
    if (!match || typeof item !== "object" || !("tag" in item)) return;
    item.info = match[1] === " " ? "open" : "done";
    inside[0] = String(inside[0]).slice(match[0].length);
  }

  /** @param {ParserToken} token */
  #leaf(token) {
    if (token.type === "inline") this.add(token.children ?? []);
    else if (token.type === "text" || token.type === "text_special") this.#words(token.content);
    else if (token.type === "softbreak" || token.type === "hardbreak") this.#words("\n");
    else if (token.type === "image") {
      this.#open.push(this.#element("a", token.attrGet("src") ?? "").children);
      this.add(token.children ?? []);
      this.#close("a");
    } else if (token.type === "fence") {
      const [language = ""] = LANGUAGE.exec(token.info.trim()) ?? [];
      this.#element("pre", language, [asWritten(token.content.replace(/\n$/u, ""), this.tokens)]);
    } else if (token.type === "code_inline") this.#element("code", "", [asWritten(token.content, this.tokens)]);
    else this.#element(token.tag);
  }

  /** @param {string} text */
  #words(text) {
    const into = this.#open[this.#open.length - 1];
    for (const part of unmasked(text, this.tokens)) {
      const before = into.at(-1);
      if (typeof part !== "string") this.#push(part);
      else if (typeof before === "string") into[into.length - 1] = before + part;
      else if (part) this.#push(part);
    }
  }
}

/** @param {ParserToken} token */
function infoOf(token) {
  if (token.tag === "a") return token.attrGet("href") ?? "";
  if (token.tag === "ol") return String(token.attrGet("start") ?? "");
  return /text-align:(\w+)/u.exec(token.attrGet("style") ?? "")?.[1] ?? "";
}

/**
 * A tree's text without marks; blocks begin on lines of their own.
 *
 * @param {Node[]} nodes
 * @param {(text: string) => string} [show] what to write for a mention or an address
 * @returns {string}
 */
export function plainText(nodes, show = (text) => text) {
  let text = "";
  for (const node of nodes) {
    if (typeof node === "string") text += node;
    else if ("kind" in node) text += show(node.text);
    else {
      const isBlock = BLOCKS.has(node.tag) || /^h\d$/u.test(node.tag);
      if (isBlock && text) text += "\n";
      else if (/^t[hd]$/u.test(node.tag) && text) text += " | ";
      text += plainText(node.children, show);
    }
  }
  return text;
}
