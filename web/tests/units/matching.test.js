import { fold, scoreOf } from "/static/web/matching.js";
import { equal, ok } from "./checks.js";

/** @type {[string, string][]} what is typed, and the name that it finds */
const FOUND = [
  ["jose", "José Ñandú"],
  ["nandu", "José Ñandú"],
  ["ＧＥＮ", "general"],
  ["general", "ｇｅｎｅｒａｌ"],
  ["oster", "Østergård"],
  ["strasse", "Straße"],
  ["ab", "Ann Baker"],
  ["b a", "Ann Baker"],
  ["gnrl", "general"],
  ["yuki", "田中ゆき"],
  ["ゆき", "Yuki Tanaka"],
  ["ユキ", "田中ゆき"],
  ["toukyou", "トウキョウ"],
  ["tokyo", "とうきょう"],
  ["zasshi", "ざっし"],
  ["deeta", "データ"],
  ["田", "田中ゆき"],
  ["lw", "李伟"],
  ["มะ", "มะลิ"],
  ["design", "team-design"],
];
const NOT_FOUND = [
  ["xyz", "general"],
  ["kb", "Ann Baker"],
  ["lren", "general"],
  ["か", "がっこう"],
  ["ann", "Budi"],
];

export const tests = {
  "names are found by letters of another case, width, accent and script": () => {
    for (const [query, name] of FOUND) ok(scoreOf(query, name) > 0, `${query} finds ${name}`);
  },
  "other letters find nothing": () => {
    for (const [query, name] of NOT_FOUND) equal(scoreOf(query, name), 0, `${query} in ${name}`);
  },
  "a name that begins so comes before one that has it inside, and the name itself before both": () => {
    const names = ["my-design", "designers", "design", "red esign"];
    const sorted = [...names].sort((a, b) => scoreOf("design", b) - scoreOf("design", a));
    equal(sorted.slice(0, 3), ["design", "designers", "my-design"]);
  },
  "nothing typed finds everything, and a long text takes no time": () => {
    ok(scoreOf("  ", "anything"), "blank");
    const begun = performance.now();
    scoreOf("a".repeat(500), "ａ".repeat(5000));
    ok(performance.now() - begun < 200, "within a moment");
    equal(fold("Ǆ Ａé カ"), "dž ae か".normalize("NFC").replace("ž", "z"));
  },
};
