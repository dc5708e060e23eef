import { Happening, latestOnly, Observable, randomKey, tabStore } from "/static/web/core.js";
import { equal, ok, settled } from "./checks.js";

export const tests = {
  "an answer that comes after a newer call's is not shown": () => {
    const begin = latestOnly();
    const [first, second, third] = [begin(), begin(), begin()];
    equal([second(), first(), third(), second()], [true, false, true, false]);
  },
  "answers in order are all shown, and one may be asked twice": () => {
    const begin = latestOnly();
    const first = begin();
    equal([first(), first()], [true, true]);
    equal(begin()(), true);
  },
  "a call that begins and never ends holds nothing back": () => {
    const begin = latestOnly();
    const first = begin();
    begin();
    equal(first(), true);
  },
  "watchers are called once for all changes of a turn, until they stop": async () => {
    const observable = new Observable();
    let calls = 0;
    const stop = observable.watch(() => (calls += 1));
    observable.changed();
    observable.changed();
    await settled();
    equal(calls, 1);
    stop();
    observable.changed();
    await settled();
    equal(calls, 1);
  },
  "who listens later does not get what happened before": () => {
    const happening = new Happening();
    const received = [];
    happening.emit("early");
    const stop = happening.listen((value) => received.push(value));
    happening.emit("now");
    stop();
    happening.emit("late");
    equal(received, ["now"]);
  },
  "the tab's storage keeps values, deletes null and forgets by prefix": () => {
    tabStore.set("draft.1", { text: "a" });
    tabStore.set("draft.2", 2);
    tabStore.set("other", true);
    equal(tabStore.get("draft.1"), { text: "a" });
    tabStore.set("draft.1", null);
    tabStore.forget("draft.");
    equal([tabStore.get("draft.1"), tabStore.get("draft.2"), tabStore.get("other")], [null, null, true]);
    sessionStorage.setItem("rosetta.broken", "{");
    equal(tabStore.get("broken"), null);
  },
  "keys are 32 hexadecimal digits and differ": () => {
    const keys = new Set(Array.from({ length: 100 }, randomKey));
    equal(keys.size, 100);
    ok(
      [...keys].every((key) => /^[0-9a-f]{32}$/.test(key)),
      "all are hexadecimal",
    );
  },
};
