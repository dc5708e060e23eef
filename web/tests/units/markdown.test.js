import { fetchParser, treeOf } from "/static/web/markdown/markdown.js";
import { plainText } from "/static/web/markdown/tree.js";
import { excerpt } from "/static/web/text.js";
import { equal, ok } from "./checks.js";

const cases = await (await fetch("/units/markdown_cases.json")).json();
await fetchParser();

/** The tree as the table writes it: tokens are the text that they were. @param {any[]} nodes */
function shape(nodes) {
  const rows = [];
  for (const node of nodes) {
    const row = typeof node === "string" ? node : "kind" in node ? node.text : [name(node), ...shape(node.children)];
    if (typeof row === "string" && typeof rows.at(-1) === "string") rows.push(rows.pop() + row);
    else rows.push(row);
  }
  return rows;
}

const name = ({ tag, info }) => (info ? `${tag}:${info}` : tag);

export const tests = {
  "the table's texts become its trees": () => {
    for (const { text, tree } of cases) {
      const nodes = treeOf(text);
      equal(nodes && shape(nodes), tree, text);
    }
  },
  "the table's texts lose their marks": () => {
    for (const { text, plain } of cases.filter((row) => row.plain !== undefined))
      equal(plainText(treeOf(text) ?? []).replaceAll(/@\[([^\]]*)\]\(user:\d+\)/g, "@$1"), plain, text);
    equal(excerpt("- **one**\n- @[Ann *B*](user:7)", 140, "markdown"), "one @Ann *B*");
    equal(excerpt("**as it is**", 140, "text"), "**as it is**");
    equal(excerpt(">", 140, "markdown"), ">");
  },
  "mentions and addresses are tokens with their kinds": () => {
    const kinds = (text) => (treeOf(text)?.[0].children ?? []).filter((node) => node.kind).map((node) => node.kind);
    equal(kinds("@[Ann](user:7) @channel https://a.example a@mail.example"), ["mention", "channel", "url", "email"]);
    equal(kinds("`@channel` \\@channel"), []);
    equal(treeOf("> @[Ann](user:7) said")?.[0].children[0].children[0].kind, "named");
  },
  "no text takes long": () => {
    const bombs = [
      ">".repeat(10_000),
      "- ".repeat(5000),
      "[".repeat(8000),
      "![".repeat(4000),
      "*a ".repeat(2700),
      "**a_".repeat(2000),
      "`".repeat(8000),
      Array.from({ length: 120 }, (_, i) => "`".repeat(i)).join("a"),
      `|a|\n|-|\n${"|b|\n".repeat(10_000)}`,
      `${"|a".repeat(1300)}\n${"|-".repeat(1300)}\n${"|a\n".repeat(900)}`,
      "- a\n".repeat(10_000),
      "\\*".repeat(4000),
      "@[A](user:1)".repeat(700),
    ];
    const started = performance.now();
    for (const bomb of bombs) treeOf(bomb);
    ok(performance.now() - started < 5000, "thirteen bombs in five seconds");
  },
};
