import { filtersIn, withFilter, withoutFilter, wordsIn } from "/static/web/search_text.js";
import { equal } from "./checks.js";

export const tests = {
  "filters are told from words, with blanks in quotation marks": () => {
    const query = 'plan from:"Ann Baker" HAS:file x:y in:#general "from:me"';
    equal(
      filtersIn(query).map(({ kind, value }) => [kind, value]),
      [
        ["from", "Ann Baker"],
        ["has", "file"],
        ["in", "#general"],
      ],
    );
    equal(wordsIn(query), 'plan x:y "from:me"');
    equal(wordsIn("from:me has:file"), "");
  },
  "a filter is added behind the words, and one that is there is not added again": () => {
    equal(withFilter("plan", "from", "Ann Baker"), 'plan from:"Ann Baker" ');
    equal(withFilter("", "has", "link"), "has:link ");
    equal(withFilter("plan has:link", "has", "link"), "plan has:link ");
    equal(withFilter('say "a"', "from", 'An "x" n'), 'say "a" from:"An x n" ');
  },
  "a day takes the place of another": () => {
    equal(withFilter("plan after:2026-01-01 x", "after", "2026-02-02"), "plan x after:2026-02-02 ");
    equal(withFilter("after:2026-01-01", "before", "2026-02-02"), "after:2026-01-01 before:2026-02-02 ");
  },
  "a filter is taken away, and nothing else": () => {
    equal(withoutFilter("plan has:file now", "has:file"), "plan now");
    equal(withoutFilter("plan", "has:file"), "plan");
  },
};
