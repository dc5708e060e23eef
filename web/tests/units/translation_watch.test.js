import { ApiError } from "/static/web/api_error.js";
import { noticeOf, pauseAfter, TranslationWatch } from "/static/web/translation_watch.js";
import { equal, ok, settled, until } from "./checks.js";

const NOW = Date.parse("2026-05-11T05:00:00Z");
const pair = (source, target) => ({ source, target, engines: [] });
const BOTH = [pair("en", "th"), pair("th", "en")];
const model = (state, more = {}) => ({
  source: "en",
  target: "th",
  state,
  percent: 0,
  reason: "",
  retry_at: null,
  ...more,
});

/** What the service says, all well unless told. */
const status = (more = {}) => ({
  languages: ["en", "th"],
  pairs: BOTH,
  missing: [],
  fetching: "auto",
  is_fetching: false,
  models_ready: 0,
  models_wanted: 0,
  reason: "",
  models: [],
  ...more,
});
const FETCHING = status({
  missing: BOTH,
  is_fetching: true,
  models_ready: 3,
  models_wanted: 8,
  models: [model("ready"), model("fetching", { percent: 45 }), model("wanted")],
});
const UNREACHABLE = status({
  missing: BOTH,
  reason: "unreachable",
  models: [model("failed", { retry_at: "2026-05-11T05:01:00Z" })],
});

/** A watch of a service that gives `answer`. */
function watching(answer, pause = () => null) {
  const seen = { reads: 0, answer };
  const read = async () => {
    seen.reads += 1;
    if (seen.answer instanceof Error) throw seen.answer;
    return seen.answer;
  };
  return { seen, watch: new TranslationWatch({ read, pause }) };
}

/** @param {"visible" | "hidden"} state */
function show(state) {
  Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}

export const tests = {
  "nothing is answer where every pair is translated, whatever becomes of models": () => {
    const models = [model("fetching"), model("failed", { reason: "unreachable" })];
    for (const fetching of ["auto", "off", "chosen"]) equal(noticeOf(status({ fetching })), null);
    equal(noticeOf(status({ models, is_fetching: true, reason: "unreachable" })), null);
  },
  "progress is answer while models come, and which one is on its way": () => {
    const { kind, ready, wanted, model: coming } = noticeOf(FETCHING);
    equal([kind, ready, wanted, coming.percent], ["progress", 3, 8, 45]);
    // One that cannot be had does not hide that others come.
    equal(noticeOf({ ...FETCHING, reason: "not_found" }).kind, "progress");
    equal(noticeOf({ ...FETCHING, reason: "unreachable" }).kind, "progress");
  },
  "what keeps models away is answer: no network, or something else": () => {
    equal(noticeOf(UNREACHABLE).kind, "unreachable");
    // The rest waits its turn, and will fail as the first did.
    equal(noticeOf({ ...UNREACHABLE, is_fetching: true, models: [model("wanted")] }).kind, "unreachable");
    for (const reason of ["not_found", "refused", "rate_limited", "disk_full", "wrong_checksum"])
      equal(noticeOf({ ...UNREACHABLE, reason }).kind, "failed", reason);
  },
  "where nothing is fetched, the languages are named that nothing translates": () => {
    const more = { languages: ["en", "ja", "th"], missing: BOTH };
    for (const fetching of ["off", "chosen"]) {
      const { kind, languages } = noticeOf(status({ ...more, fetching }));
      equal([kind, languages], ["missing", ["en", "th"]]);
    }
    equal(noticeOf(status(more)), null, "models are about to be fetched");
  },
  "it is read again soon while models come, after a failure when they are tried, else not": () => {
    equal(pauseAfter(FETCHING, 9, NOW), 5_000);
    equal(pauseAfter(UNREACHABLE, 9, NOW), 65_000);
    equal(pauseAfter(UNREACHABLE, 9, NOW + 300_000), 10_000, "overdue:");
    equal(pauseAfter(UNREACHABLE, 9, NOW - 86_400_000), 600_000, "a clock that is wrong:");
    equal(pauseAfter(status({ missing: BOTH, fetching: "off" }), 0, NOW), null);
    equal(pauseAfter(status({ is_fetching: true, models: [model("wanted")] }), 0, NOW), null, "all well:");
    const expected = [0, 1, 5, 6].map((tries) => pauseAfter(status({ missing: BOTH }), tries, NOW));
    equal(expected, [5_000, 10_000, 160_000, null]);
  },
  "nothing is read before somebody watches, nor after": async () => {
    const { seen, watch } = watching(FETCHING, () => 5);
    await watch.refresh();
    equal(seen.reads, 0);
    const stop = watch.begin();
    await watch.refresh();
    equal(watch.notice.kind, "progress");
    await until(() => seen.reads > 2, "read again");
    stop();
    const { reads } = seen;
    await new Promise((resolve) => setTimeout(resolve, 50));
    equal([seen.reads, watch.notice], [reads, null]);
  },
  "nothing is read while nobody sees the page, and at once when somebody does": async () => {
    const { seen, watch } = watching(FETCHING, () => 5);
    const stop = watch.begin();
    show("hidden");
    await watch.refresh();
    await new Promise((resolve) => setTimeout(resolve, 30));
    equal(seen.reads, 0);
    show("visible");
    await settled();
    ok(seen.reads > 0, "read");
    stop();
  },
  "what was dismissed stays away while the session lasts, until something else is the matter": async () => {
    const off = status({ missing: BOTH, fetching: "off" });
    const { seen, watch } = watching(off);
    const stop = watch.begin();
    await watch.refresh();
    watch.dismiss();
    equal(watch.notice, null);
    stop();
    const later = watching(off);
    const stopLater = later.watch.begin();
    await later.watch.refresh();
    equal(later.watch.notice, null, "after a reload:");
    later.seen.answer = { ...off, languages: ["th", "en", "ja"] };
    await later.watch.refresh();
    equal(later.watch.notice?.kind, "missing", "another language:");
    later.seen.answer = UNREACHABLE;
    await later.watch.refresh();
    equal(later.watch.notice?.kind, "unreachable");
    stopLater();
    equal(seen.reads, 1);
  },
  "a service that does not answer changes nothing": async () => {
    const { seen, watch } = watching(UNREACHABLE);
    const stop = watch.begin();
    await watch.refresh();
    seen.answer = new ApiError(503);
    await watch.refresh();
    equal(watch.notice.kind, "unreachable");
    stop();
  },
};
