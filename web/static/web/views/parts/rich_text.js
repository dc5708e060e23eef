/**
 * What a message says, as elements. Text is only ever text: links, mentions, code and Markdown become elements of known
 * kinds; everything else stays characters.
 */
import { classes, html, useObserved } from "../../core.js";
import { t } from "../../i18n.js";
import { parserHere, treeOf } from "../../markdown/markdown.js";
import { isToken, linkParts, mentionParts, tokensOf } from "../../tokens.js";
import { CodeBlock } from "./code_block.js";

/** @import { Children } from "../../../../types" */
/** @import { Element, Node } from "../../markdown/tree.js" */
/** @import { Token } from "../../tokens.js" */

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

/**
 * `names` gives a mentioned person's present name by id; `marksKept` underlines what translation leaves as it is.
 *
 * @typedef {{names?: Map<string, string>, me?: {id: number | string}, marksKept?: boolean}} Options
 */

/** @param {Options & {content: string, type?: string}} props */
export function RichText({ content, type, ...options }) {
  useObserved(parserHere);
  const tree = type === "markdown" ? treeOf(content) : null;
  return html`${tree ? tree.map((node) => shown(node, options)) : written(content, options)}`;
}

/** A text as it is written. @param {string} content @param {Options} options */
function written(content, options) {
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

/** A node of Markdown. @param {Node} node @param {Options} options @returns {Children} */
function shown(node, options) {
  if (typeof node === "string") return plain(node, options);
  if ("kind" in node) return isToken(node) ? element(node, options) : node.text;
  const { tag, info } = node;
  const kept = options.marksKept ? "kept" : undefined;
  if (tag === "a") return anchor(info, wordsOf(node, options), kept, labelOf(node));
  if (tag === "code") return html`<code class=${kept}>${node.children}</code>`;
  if (tag === "pre") return html`<${CodeBlock} code=${String(node.children[0])} language=${info} class=${kept} />`;
  if (tag === "table") return table(node, options);
  const inside = node.children.map((child) => shown(child, options));
  // No headings of the page: a message is no section of it.
  if (/^h\d$/u.test(tag)) return html`<p class=${`heading heading-${tag[1]}`}>${inside}</p>`;
  if (tag === "ol") return html`<ol start=${info || undefined}>${inside}</ol>`;
  if (tag === "li" && info) return task(info === "done", inside);
  return html`<${tag}>${inside}<//>`;
}

/** @param {boolean} isDone @param {Children} inside */
const task = (isDone, inside) => html`
  <li class="task">
    <span
      class=${classes("tick", isDone && "done")}
      role="img"
      aria-label=${t(isDone ? "task.done" : "task.open")}
    ></span>
    <div>${inside}</div>
  </li>`;

/** @param {Element} node @param {Options} options */
function table(node, options) {
  const [head, ...body] = node.children;
  const row = (/** @type {Node} */ line) => html`
    <tr>
      ${
        typeof line === "object" &&
        "tag" in line &&
        line.children.map((cell) => {
          if (typeof cell !== "object" || !("tag" in cell)) return null;
          const inside = cell.children.map((child) => shown(child, options));
          return cell.tag === "th"
            ? html`<th scope="col" class=${cell.info || undefined}>${inside}</th>`
            : html`<td class=${cell.info || undefined}>${inside}</td>`;
        })
      }
    </tr>`;
  return html`
    <div class="table" tabindex="0">
      <table>
        <thead>
          ${row(head)}
        </thead>
        <tbody>
          ${body.map(row)}
        </tbody>
      </table>
    </div>`;
}

/**
 * The words of a link: no link is inside another.
 *
 * @param {Element} node @param {Options} options @returns {Children}
 */
const wordsOf = (node, options) =>
  node.children.map((child) => {
    if (typeof child === "string") return child;
    if ("kind" in child)
      return child.kind === "mention" || child.kind === "named" ? `@${nameIn(child.text, options.names)}` : child.text;
    return child.tag === "a" ? wordsOf(child, options) : shown(child, options);
  });

/** @param {Element} node @returns {string} */
const labelOf = (node) =>
  node.children
    .map((child) => (typeof child === "string" ? child : "kind" in child ? child.text : labelOf(child)))
    .join("");

/** @param {Token} token @param {Options} options */
function element({ kind, text }, { names, me, marksKept = false }) {
  const kept = marksKept ? "kept" : undefined;
  switch (kind) {
    case "fence": {
      // Without its marks and the name of its language; one that is not closed ends with the text.
      const [, language = ""] = /^[ \t]*(?:`{3,}|~{3,})([\w+#.-]{0,30})[^\n]*\n/u.exec(text) ?? [];
      const code = text.replace(/^[ \t]*(?:`+|~+)(?:[^\n`]*\n)?|\n?[ \t]*(?:`{3,}|~{3,})$/g, "");
      return html`<${CodeBlock} code=${code} language=${language} class=${kept} />`;
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

/**
 * @param {string} to
 * @param {Children} words
 * @param {string | undefined} kept
 * @param {string} label: what the words say
 */
function anchor(to, words, kept, label = String(words)) {
  /** @type {URL} */
  let address;
  try {
    address = new URL(to);
  } catch {
    return words;
  }
  if (!["http:", "https:", "mailto:"].includes(address.protocol)) return words;
  // A conversation of this service is shown in place.
  const isHere = address.origin === location.origin && /^\/w\/[0-9a-z]{26}\//u.test(address.pathname);
  if (isHere) return html`<a href=${address.pathname + address.search} class=${kept} data-go><bdi>${words}</bdi></a>`;
  const leadsElsewhere = label !== to && !to.includes(label);
  return html`
    <a
      href=${address.href}
      class=${kept}
      target="_blank"
      rel="noopener noreferrer nofollow ugc"
      title=${leadsElsewhere ? address.href : undefined}
    >
      <bdi>${words}</bdi>
    </a>`;
}

/** @param {string} text @param {Options} options @returns {Children[]} */
function plain(text, { marksKept = false }) {
  if (!marksKept) return [text];
  return text
    .split(KEPT)
    .map((piece, i) => (i % 2 ? html`<span class="kept" title=${t("translation.kept")}>${piece}</span>` : piece));
}
