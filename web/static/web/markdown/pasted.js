/** Pasted HTML as Markdown. It is read in a document of its own, in which nothing runs and nothing is fetched. */

const HEADING = /^H([1-6])$/u;
const BLOCK = new Set(
  (
    "ADDRESS ARTICLE ASIDE BLOCKQUOTE DD DIV DL DT FIGURE FOOTER FORM H1 H2 H3 H4 H5 H6 HEADER HR LI MAIN NAV OL P " +
    "PRE SECTION TABLE TR UL"
  ).split(" "),
);
const LEFT_OUT = new Set(
  (
    "SCRIPT STYLE TEMPLATE NOSCRIPT HEAD TITLE META LINK IFRAME OBJECT SVG MATH INPUT BUTTON SELECT TEXTAREA IMG " +
    "VIDEO AUDIO CANVAS"
  ).split(" "),
);
const FORMATTED =
  "b, strong, i, em, s, del, strike, code, pre, h1, h2, h3, h4, h5, h6, ul, ol, blockquote, table, a[href], " +
  "[data-style*='font-weight'], [data-style*='font-style'], [data-style*='line-through']";
const ADDRESS = /^(?:https?:\/\/|mailto:)[^\s()]+$/iu;
const MOST_LEVELS = 60;

/** @param {string} source @returns {string} empty where nothing in it is formatted */
export function markdownOf(source) {
  // The page's policy forbids styles of documents like this one too, and reports each.
  const styleless = source
    .replace(/<(\/?)style\b/giu, "<$1template")
    .replace(/<[^<>]*>/gu, (tag) => tag.replace(/\sstyle\s*=/giu, " data-style="));
  const { body } = new DOMParser().parseFromString(styleless, "text/html");
  if (!body.querySelector(FORMATTED)) return "";
  return tidy(blocks(body, 0));
}

/** @param {string} text */
const tidy = (text) =>
  text
    .replace(/[ \t]+$/gmu, "")
    .replace(/\n{3,}/gu, "\n\n")
    .trim();

/** Children as blocks, with an empty line between them. @param {Node} parent @param {number} level @returns {string} */
function blocks(parent, level) {
  if (level > MOST_LEVELS) return parent.textContent ?? "";
  let written = "";
  let words = "";
  const end = () => {
    if (words.trim()) written += `\n\n${words.trim()}`;
    words = "";
  };
  for (const child of parent.childNodes) {
    if (child instanceof Element && holdsBlocks(child)) {
      end();
      const block = blockOf(child, level + 1);
      if (block.trim()) written += `\n\n${block}`;
    } else words += inline(child, level + 1);
  }
  end();
  return written.replace(/^\n+/u, "");
}

/** Whether an element is a block, or only wraps some (as a copied document's `b` does). @param {Element} element */
const holdsBlocks = (element) =>
  BLOCK.has(element.tagName) ||
  (!LEFT_OUT.has(element.tagName) && [...element.children].some((child) => BLOCK.has(child.tagName)));

/** @param {Element} element @param {number} level @returns {string} */
function blockOf(element, level) {
  const tag = element.tagName;
  const heading = HEADING.exec(tag);
  if (heading) return `${"#".repeat(Number(heading[1]))} ${inlines(element, level).replaceAll("\n", " ").trim()}`;
  if (tag === "HR") return "---";
  if (tag === "PRE") return fence(element.textContent ?? "", languageOf(element));
  if (tag === "BLOCKQUOTE") return blocks(element, level).replace(/^/gmu, "> ");
  if (tag === "UL" || tag === "OL") return list(element, level);
  if (tag === "TABLE") return table(element, level);
  return blocks(element, level);
}

/** @param {string} code @param {string} language */
function fence(code, language) {
  const longest = Math.max(2, ...(code.match(/`+/gu) ?? []).map((ticks) => ticks.length));
  const ticks = "`".repeat(longest + 1);
  return `${ticks}${language}\n${code.replace(/\n$/u, "")}\n${ticks}`;
}

/** @param {Element} pre */
const languageOf = (pre) =>
  /\blang(?:uage)?-([\w+#.-]{1,30})/u.exec(`${pre.className} ${pre.querySelector("code")?.className ?? ""}`)?.[1] ?? "";

/** @param {Element} element @param {number} level @returns {string} */
function list(element, level) {
  let number = Number(element.getAttribute("start") ?? 1);
  if (!(number >= 0 && number < 1e8)) number = 1;
  const items = [];
  for (const item of element.children) {
    const mark = element.tagName === "OL" ? `${number}. ` : "- ";
    // Some put nested lists beside the items that they belong to.
    const isNested = item.tagName === "UL" || item.tagName === "OL";
    const box = item.querySelector(":scope > input[type=checkbox], :scope > label > input[type=checkbox]");
    const task = box ? (box.hasAttribute("checked") ? "[x] " : "[ ] ") : "";
    const inside = tidy(isNested ? list(item, level + 1) : blocks(item, level + 1)).replaceAll(/\n{2,}/gu, "\n");
    if (!inside) continue;
    const indented = inside.replaceAll("\n", `\n${" ".repeat(mark.length)}`);
    items.push(isNested ? inside.replace(/^/gmu, " ".repeat(mark.length)) : mark + task + indented);
    if (!isNested) number += 1;
  }
  return items.join("\n");
}

/** @param {Element} element @param {number} level */
function table(element, level) {
  const rows = [...element.querySelectorAll("tr")]
    .filter((row) => row.closest("table") === element)
    .map((row) =>
      [...row.children].map((cell) =>
        inlines(cell, level)
          .trim()
          .replaceAll(/\s*\n\s*/gu, " ")
          .replaceAll("|", "\\|"),
      ),
    )
    .filter((cells) => cells.length);
  const columns = rows.reduce((most, cells) => Math.max(most, cells.length), 0);
  // A table that only lays a page out.
  if (columns < 2 || rows.length < 2 || element.querySelector("table")) return blocks(element, level);
  const lines = rows.map((cells) => `| ${[...cells, ...Array(columns - cells.length).fill("")].join(" | ")} |`);
  lines.splice(1, 0, `|${"---|".repeat(columns)}`);
  return lines.join("\n");
}

/** @param {Node} parent @param {number} level @returns {string} */
const inlines = (parent, level) => [...parent.childNodes].map((child) => inline(child, level + 1)).join("");

/** @param {Node} node @param {number} level @returns {string} */
function inline(node, level) {
  if (node.nodeType === Node.TEXT_NODE) return escaped((node.textContent ?? "").replace(/\s+/gu, " "));
  if (!(node instanceof Element) || LEFT_OUT.has(node.tagName)) return "";
  if (level > MOST_LEVELS) return escaped(node.textContent ?? "");
  const tag = node.tagName;
  if (tag === "BR") return "\n";
  if (tag === "CODE" || tag === "KBD" || tag === "SAMP" || tag === "TT") return code(node.textContent ?? "");
  const inside = inlines(node, level);
  const href = node.getAttribute("href") ?? "";
  if (tag === "A" && ADDRESS.test(href) && inside.trim()) return link(inside, href);
  const style = node.getAttribute("data-style") ?? "";
  const weight = /font-weight:\s*(\w+)/u.exec(style)?.[1] ?? (tag === "B" || tag === "STRONG" ? "bold" : "");
  const isBold = weight === "bold" || weight === "bolder" || Number(weight) >= 600;
  const isItalic = tag === "I" || tag === "EM" || /font-style:\s*italic/u.test(style);
  const isStruck = tag === "S" || tag === "DEL" || tag === "STRIKE" || /line-through/u.test(style);
  return enclosed(enclosed(enclosed(inside, isStruck && "~~"), isItalic && "*"), isBold && "**");
}

/** @param {string} words @param {string} href */
const link = (words, href) => {
  const label = words.trim().replaceAll(/\s*\n\s*/gu, " ");
  return label.replaceAll("\\", "") === href ? href : `[${label}](${href})`;
};

/** @param {string} text */
function code(text) {
  const words = text.replace(/\s+/gu, " ").trim();
  if (!words) return text;
  const ticks = words.includes("`") ? "``" : "`";
  return `${ticks}${ticks.length > 1 ? ` ${words} ` : words}${ticks}`;
}

/** Words in marks, the blanks around them outside. @param {string} text @param {string | false} mark */
function enclosed(text, mark) {
  const words = text.trim();
  // A mark does not go on into the next block, nor stand within its like.
  if (!mark || !words || words.includes("\n") || (words.startsWith(mark) && words.endsWith(mark))) return text;
  const start = text.indexOf(words);
  return text.slice(0, start) + mark + words + mark + text.slice(start + words.length);
}

/** Signs that would be Markdown's, with a backslash. @param {string} text */
const escaped = (text) =>
  text
    .replace(/[\\`*]|~~|(?<![\w])_|_(?![\w])|\[(?=[^\]]*\]\()/gu, (sign) => `\\${sign}`)
    .replace(/^(\s*)([#>+-]|\d{1,9}[.)])(?=\s)/u, (_, blank, sign) =>
      /\d/u.test(sign) ? `${blank}${sign.slice(0, -1)}\\${sign.slice(-1)}` : `${blank}\\${sign}`,
    );
