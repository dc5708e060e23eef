import { excerpt, forSending, forTyping, isOnlyEmoji, stripBidi } from "/static/web/text.js";
import { linkParts, mentionParts, tokensOf } from "/static/web/tokens.js";
import { equal } from "./checks.js";

const cases = await (await fetch("/units/text_cases.json")).json();

export const tests = {
  "the table's tokens are found, whole and in order": () => {
    for (const { text, tokens } of cases) {
      const rows = tokensOf(text).map((token) => [token.kind, token.text]);
      equal(rows, tokens, text);
      for (const token of tokensOf(text)) equal(text.slice(token.at, token.at + token.text.length), token.text, text);
    }
  },
  "the table's mentions name the same people": () => {
    for (const { text, mentions = [], channel = false } of cases) {
      const tokens = tokensOf(text).filter((token) => token.kind === "mention");
      equal(
        tokens.map((token) => Object.values(mentionParts(token.text))),
        mentions,
        text,
      );
      equal(
        tokensOf(text).some((token) => token.kind === "channel"),
        channel,
        text,
      );
    }
  },
  "what is typed and sent again names the same people": () => {
    for (const { text } of cases.filter((row) => row.mentions)) {
      const typed = forTyping(text);
      equal(forSending(typed.text, typed.mentions), text, text);
    }
    const names = new Map([
      ["Ann", "1"],
      ["Ann Baker", "2"],
    ]);
    equal(forSending("@Ann Baker, @Ann and @Anna", names), "@[Ann Baker](user:2), @[Ann](user:1) and @Anna");
  },
  "names in code, in links and after a backslash stay as they were typed": () => {
    const names = new Map([["Ann", "1"]]);
    equal(forSending("`@Ann` @Ann", names), "`@Ann` @[Ann](user:1)");
    equal(forSending("```\n@Ann\n```\n> @Ann", names), "```\n@Ann\n```\n> @[Ann](user:1)");
    equal(forSending("\\@Ann https://a.example/@Ann", names), "\\@Ann https://a.example/@Ann");
    equal(forTyping("`@[Ann](user:1)` > @[Ann](user:1)").text, "`@[Ann](user:1)` > @Ann");
    equal(excerpt("> @[Ann](user:1) said"), "> @Ann said");
    equal(linkParts('[see @[Ann](user:1)](https://a.example "a title")'), {
      label: "see @Ann",
      address: "https://a.example",
    });
  },
  "an excerpt is one line of at most so many letters, with people by name": () => {
    equal(excerpt("Hello\n\n  @[Ann Baker](user:7)"), "Hello @Ann Baker");
    equal(excerpt("👩‍🚀".repeat(200), 3), "👩‍🚀…");
    equal(excerpt(null), "");
  },
  "marks that turn what stands around a name are made visible": () => {
    equal(stripBidi("a\u202egpj.txt"), "a\u{fffd}gpj.txt");
    equal(stripBidi(undefined), "");
  },
  "a message of a few emoji alone is told from others": () => {
    equal(["🚀", "👩‍🚀 🎉", "1", "🚀 off", ""].map(isOnlyEmoji), [true, true, false, false, false]);
  },
};
