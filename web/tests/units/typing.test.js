import { treeOf, fetchParser } from "/static/web/markdown/markdown.js";
import { markdownOf } from "/static/web/markdown/pasted.js";
import { formatted, nextLine } from "/static/web/markdown/typing.js";
import { equal, ok } from "./checks.js";

await fetchParser();

/** A text with « and » around the selection, or ¦ at the caret. @param {string} marked */
function typed(marked) {
  const caret = marked.indexOf("¦");
  if (caret >= 0) return { text: marked.replace("¦", ""), from: caret, to: caret };
  const [from, to] = [marked.indexOf("«"), marked.indexOf("»") - 1];
  return { text: marked.replace(/[«»]/g, ""), from, to };
}

/** @param {{text: string, from: number, to: number} | null} value */
function marked(value) {
  if (!value) return null;
  const { text, from, to } = value;
  if (from === to) return `${text.slice(0, from)}¦${text.slice(from)}`;
  return `${text.slice(0, from)}«${text.slice(from, to)}»${text.slice(to)}`;
}

/** @param {[format: string, before: string, after: string][]} rows */
function holds(rows) {
  for (const [format, before, after] of rows)
    equal(marked(formatted(format, typed(before))), after, `${format} ${before}`);
}

export const tests = {
  "marks enclose the selected words, and are taken away again": () => {
    holds([
      ["bold", "a «word» b", "a **«word»** b"],
      ["bold", "a **«word»** b", "a «word» b"],
      ["bold", "a «**word**» b", "a «word» b"],
      ["italic", "a **«word»** b", "a ***«word»*** b"],
      ["italic", "a ***«word»*** b", "a **«word»** b"],
      ["bold", "a ***«word»*** b", "a *«word»* b"],
      ["italic", "a *«word»* b", "a «word» b"],
      ["strike", "« word »", " ~~«word»~~ "],
      ["strike", "~~«x»~~", "«x»"],
      ["code", "«x = 1»", "`«x = 1»`"],
      ["bold", "¦", "**¦**"],
      ["bold", "**¦**", "¦"],
      ["bold", "請«注意»！", "請**«注意»**！"],
    ]);
  },
  "several lines of code become a block": () => {
    holds([
      ["code", "«a\nb»", "```\n«a\nb»\n```"],
      ["code", "x «a\nb» y", "x \n```\n«a\nb»\n```\n y"],
    ]);
  },
  "links take words or an address": () => {
    holds([
      ["link", "see «this» now", "see [this](«https://») now"],
      ["link", "see «https://a.example/x»", "see [¦](https://a.example/x)"],
      ["link", "¦", "[](«https://»)"],
    ]);
  },
  "lists and quotations begin each selected line, and change into one another": () => {
    holds([
      ["bullets", "«one\ntwo»", "«- one\n- two»"],
      ["bullets", "«- one\n- two»", "«one\ntwo»"],
      ["numbers", "«- one\n- two»", "«1. one\n2. two»"],
      ["bullets", "«1. one\n2. two»", "«- one\n- two»"],
      ["quoted", "a\n«b\nc»\nd", "a\n«> b\n> c»\nd"],
      ["quoted", "«> b\n> c»", "«b\nc»"],
      ["bullets", "one¦", "- one¦"],
      ["bullets", "¦", "- ¦"],
    ]);
  },
  "a new line goes on with its list, and an empty item ends it": () => {
    const rows = [
      ["- one¦", "- one\n- ¦"],
      ["  * one¦ two", "  * one\n  * ¦ two"],
      ["9. nine¦", "9. nine\n10. ¦"],
      ["1) one¦", "1) one\n2) ¦"],
      ["- [x] done¦", "- [x] done\n- [ ] ¦"],
      ["> said¦", "> said\n> ¦"],
      ["> - said¦", "> - said\n> - ¦"],
      ["- one\n- ¦", "- one\n¦"],
      ["> said\n> ¦", "> said\n¦"],
      ["plain¦", null],
      ["-no¦", null],
      ["```\n- code¦", null],
    ];
    for (const [before, after] of rows) equal(marked(nextLine(typed(before))), after, before);
  },
  "pasted HTML becomes the Markdown that looks like it": () => {
    const rows = [
      ["<p>plain</p>", ""],
      ["<span style='color:red'>plain</span>", ""],
      ["<b>bold</b> and <i>it</i>, <del>gone</del>", "**bold** and *it*, ~~gone~~"],
      [
        "<b style='font-weight:normal'><p>one</p><p>two <span style='font-weight:700'>b</span></p></b>",
        "one\n\ntwo **b**",
      ],
      [
        "<h2>Title</h2><p>a<br>b <a href='https://a.example/x'>link</a></p>",
        "## Title\n\na\nb [link](https://a.example/x)",
      ],
      ["<a href='javascript:alert(1)'>no</a> <b>x</b>", "no **x**"],
      ["<ul><li>one<ul><li>deep</li></ul></li><li><p>two</p></li></ul>", "- one\n  - deep\n- two"],
      ["<ol start=3><li>three</li><li>four</li></ol>", "3. three\n4. four"],
      [
        "<ul><li><input type=checkbox checked>done</li><li><input type=checkbox>open</li></ul>",
        "- [x] done\n- [ ] open",
      ],
      ["<blockquote><p>one</p><p>two</p></blockquote>", "> one\n>\n> two"],
      ["<pre><code class='language-js'>a = 1;\nb\n</code></pre>", "```js\na = 1;\nb\n```"],
      ["<code>a</code> <code>b`c</code>", "`a` `` b`c ``"],
      [
        "<table><tr><th>a</th><th>b</th></tr><tr><td>1|2</td><td><b>3</b></td></tr></table>",
        "| a | b |\n|---|---|\n| 1\\|2 | **3** |",
      ],
      ["<b>2 * 3 _x_ a_b</b>", "**2 \\* 3 \\_x\\_ a_b**"],
      ["<div><b>a</b></div><div># no</div><div>1. no</div>", "**a**\n\n\\# no\n\n1\\. no"],
      ["<script>alert(1)</script><style>b{}</style><b>x</b><img src=x onerror=alert(1)>", "**x**"],
      ["<p>太<strong>「字」</strong>です</p>", "太**「字」**です"],
    ];
    for (const [source, markdown] of rows) equal(markdownOf(source), markdown, source);
    const deep = "<b>x</b>" + "<ul><li>".repeat(3000) + "deep";
    ok(markdownOf(deep).length < 20_000, "nothing deep is lost in itself");
    ok(treeOf(markdownOf("<ul><li><b>a</b><ol><li>b</li></ol></li></ul>"))?.length === 1, "one list");
  },
};
